#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace sandbox {

// At most `max_bytes` bytes, cut between characters of UTF-8, with "…" where something was cut.
std::string shortened(std::string_view text, std::size_t max_bytes);

// `shortened`, with every control character replaced by a space: for one line of a log or of metadata.
std::string printable(std::string_view text, std::size_t max_bytes);

// Without ASCII white space at either end.
std::string_view trimmed(std::string_view text);

std::string lower_case(std::string_view text);

// "2026-01-31T09:30:00.250Z"
std::string iso_time(std::chrono::system_clock::time_point time);

// `bytes` random bytes from the kernel, as lower-case hexadecimal digits.
std::string random_hex(std::size_t bytes);

} // namespace sandbox
