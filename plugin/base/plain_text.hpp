#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

namespace job_engine {

// Whether a text is printable ASCII, and so plain as it is. Most are.
bool is_printable_ascii(std::string_view text) noexcept;

// Other people's text as it may go to people and logs: one line of valid UTF-8 without control characters.
// What is longer than max_bytes is cut between two characters, and ends in "...".
std::string plain_text(std::string_view text,
                       std::size_t max_bytes = std::numeric_limits<std::size_t>::max());

// Without the white space at both ends that comes along when text is pasted, the invisible kind included.
std::string_view trimmed(std::string_view text) noexcept;

} // namespace job_engine
