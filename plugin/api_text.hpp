#pragma once

#include <string>
#include <string_view>

namespace pixelml {

inline constexpr std::size_t max_message_bytes = 500;

// Text of the API goes to people, logs and JSON: one line of valid UTF-8 without control characters, not cut
// inside a character. A byte that is no UTF-8 becomes U+FFFD.
std::string presentable(std::string_view text, std::size_t max_bytes = max_message_bytes);

// For the middle of a sentence of ours, which brings its own full stop.
std::string clause(std::string_view text);

// Without the white space at its ends.
std::string_view trimmed(std::string_view text) noexcept;

} // namespace pixelml
