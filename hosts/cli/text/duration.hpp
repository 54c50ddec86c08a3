#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

// "90", "90s", "1.5m", "1h30m", "250ms": a sum of numbers with units ms, s, m, h; without a unit, seconds.
// nullopt for other texts, and for more than 365 days.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// "0:07", "12:34", "1:02:03", rounded down to seconds.
std::string clock_text(std::chrono::milliseconds duration);

// "2 s", "90 s", "5 min", "2 h": for sentences; rounded up.
std::string spoken_duration(std::chrono::milliseconds duration);

} // namespace cli
