#include "http/retry_after.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace job_engine {
namespace {

constexpr std::int64_t max_retry_after_s = 86'400;

// A number of exactly these digits; nullopt: it is none.
std::optional<int> digits(std::string_view text) {
    int number = 0;
    for (const char c : text) {
        if (c < '0' || c > '9')
            return std::nullopt;
        number = number * 10 + (c - '0');
    }
    return number;
}

// The one date format that HTTP still sends, "Sun, 06 Nov 1994 08:49:37 GMT", in Unix seconds. Read by hand:
// strptime would take the names of days and months from the locale, which is the host's.
std::optional<std::int64_t> parse_http_date(std::string_view text) {
    constexpr std::string_view days = "SunMonTueWedThuFriSat";
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.size() != 29 || text.substr(3, 2) != ", " || text[7] != ' ' || text[11] != ' ' || text[16] != ' '
        || text[19] != ':' || text[22] != ':' || text.substr(25) != " GMT")
        return std::nullopt;
    const auto weekday = days.find(text.substr(0, 3));
    const auto month = months.find(text.substr(8, 3));
    const auto day = digits(text.substr(5, 2));
    const auto year = digits(text.substr(12, 4));
    const auto hour = digits(text.substr(17, 2));
    const auto minute = digits(text.substr(20, 2));
    const auto second = digits(text.substr(23, 2));
    if (weekday == std::string_view::npos || weekday % 3 != 0 || month == std::string_view::npos
        || month % 3 != 0 || !day || !year || !hour || !minute || !second || *hour > 23 || *minute > 59
        || *second > 60)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(month / 3 + 1)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok())
        return std::nullopt;
    const std::int64_t days_since_epoch = std::chrono::sys_days(date).time_since_epoch().count();
    return days_since_epoch * 86'400 + std::int64_t{*hour} * 3600 + std::int64_t{*minute} * 60 + *second;
}

} // namespace

std::optional<Millis> parse_retry_after(std::string_view value, std::int64_t now_utc) {
    if (value.empty())
        return std::nullopt;
    std::int64_t seconds = 0;
    const auto* end = value.data() + value.size();
    const auto parsed = std::from_chars(value.data(), end, seconds);
    if (parsed.ec == std::errc::result_out_of_range) {
        seconds = max_retry_after_s;
    } else if (parsed.ec != std::errc{} || parsed.ptr != end) {
        const auto date = parse_http_date(value);
        if (!date)
            return std::nullopt;
        seconds = *date - now_utc;
    }
    return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, max_retry_after_s));
}

} // namespace job_engine
