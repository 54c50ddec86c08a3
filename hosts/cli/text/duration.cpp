#include "text/duration.hpp"

#include <cstdint>
#include <cstdio>
#include <locale>
#include <sstream>
#include <string>

namespace cli {

using std::chrono::milliseconds;

namespace {

constexpr double max_ms = 365.0 * 24 * 3600 * 1000;

// Digits with at most one point, which is not the last. Not by std::from_chars: libc++ has none for double
// before 20.
std::optional<double> parse_decimal(const std::string& digits) {
    if (digits.empty() || digits.back() == '.')
        return std::nullopt;
    std::istringstream stream(digits);
    stream.imbue(std::locale::classic());
    double number = 0;
    stream >> number;
    return stream && stream.eof() ? std::optional(number) : std::nullopt;
}

// Milliseconds per unit; 0: no such unit.
double unit_ms(std::string_view unit) {
    if (unit == "ms")
        return 1;
    if (unit == "s" || unit.empty())
        return 1000;
    if (unit == "m" || unit == "min")
        return 60.0 * 1000;
    return unit == "h" ? 3600.0 * 1000 : 0;
}

} // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
    double total = 0;
    bool first = true;
    while (first || !text.empty()) {
        const std::string digits(text.substr(0, text.find_first_not_of("0123456789.")));
        const std::optional<double> number = parse_decimal(digits);
        if (!number)
            return std::nullopt;
        text.remove_prefix(digits.size());
        const std::string_view unit = text.substr(0, text.find_first_of("0123456789."));
        const double factor = unit_ms(unit);
        // "1h30" could mean minutes or seconds: only a single number may omit its unit.
        if (factor == 0 || (unit.empty() && !first))
            return std::nullopt;
        total += *number * factor;
        if (!(total <= max_ms))
            return std::nullopt;
        text.remove_prefix(unit.size());
        first = false;
    }
    return milliseconds(static_cast<std::int64_t>(total));
}

std::string clock_text(milliseconds duration) {
    const auto seconds = duration.count() < 0 ? 0 : duration.count() / 1000;
    char buffer[48];
    if (seconds < 3600) {
        std::snprintf(buffer, sizeof buffer, "%d:%02d", static_cast<int>(seconds / 60),
                      static_cast<int>(seconds % 60));
    } else {
        std::snprintf(buffer, sizeof buffer, "%lld:%02d:%02d", static_cast<long long>(seconds / 3600),
                      static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
    }
    return buffer;
}

std::string spoken_duration(milliseconds duration) {
    const auto seconds = duration.count() <= 0 ? 0 : (duration.count() + 999) / 1000;
    if (seconds <= 120)
        return std::to_string(seconds) + " s";
    if (seconds <= 7200)
        return std::to_string((seconds + 59) / 60) + " min";
    return std::to_string((seconds + 3599) / 3600) + " h";
}

} // namespace cli
