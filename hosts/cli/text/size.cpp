#include "text/size.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <locale>
#include <sstream>

namespace cli {

namespace {

constexpr std::array<const char*, 4> units{"K", "M", "G", "T"};
constexpr double exbibyte = 1152921504606846976.0;

// What one of the unit has, "M", "MB" and "MiB" being the same; 0: no such unit.
double unit_bytes(std::string_view unit) {
    double bytes = 1;
    if (unit.empty() || unit == "B")
        return bytes;
    for (const char* letter : units) {
        bytes *= 1024;
        const std::string name(letter);
        if (unit == name || unit == name + "B" || unit == name + "iB")
            return bytes;
    }
    return 0;
}

} // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
    std::istringstream digits{std::string(text.substr(0, end))};
    digits.imbue(std::locale::classic());
    double number = 0;
    digits >> number;
    const double bytes = number * unit_bytes(text.substr(end));
    return digits && digits.eof() && bytes >= 1 && bytes <= exbibyte
               ? std::optional(static_cast<std::uint64_t>(bytes))
               : std::nullopt;
}

std::string size_text(std::uint64_t bytes) {
    if (bytes < 1024)
        return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
    auto amount = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    for (; amount >= 1023.95 && unit + 1 < units.size(); ++unit)
        amount /= 1024;
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.1f %siB", amount, units[unit]);
    return buffer;
}

} // namespace cli
