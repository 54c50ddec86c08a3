#include "download/url_expiry.hpp"

#include "text/digits.hpp"

#include <algorithm>
#include <cctype>
#include <ctime>
#include <string_view>

namespace cli {

namespace {

constexpr std::uint64_t year_2001 = 978307200;
constexpr std::uint64_t year_9999 = 253370764800;

std::optional<std::string> parameter(const Url& url, std::string_view name) {
    const auto found =
        std::find_if(url.query.begin(), url.query.end(), [&](const auto& one) { return one.first == name; });
    return found == url.query.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::int64_t> plausible(std::uint64_t seconds) {
    const bool is_plausible = seconds >= year_2001 && seconds <= year_9999;
    return is_plausible ? std::optional(static_cast<std::int64_t>(seconds)) : std::nullopt;
}

// "20260131T120000Z", "2026-01-31T12:00:00Z", "2026-01-31T12:00Z" or "2026-01-31": the digits say it all.
std::optional<std::int64_t> utc_seconds(const std::string& text) {
    std::string digits;
    std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
                 [](unsigned char c) { return std::isdigit(c) != 0; });
    if (digits.size() != 8 && digits.size() != 12 && digits.size() != 14)
        return std::nullopt;
    if (text.find_first_not_of("0123456789-:TZ") != std::string::npos)
        return std::nullopt;
    digits.resize(14, '0');
    const auto field = [&](std::size_t at, std::size_t length) {
        return static_cast<int>(*parse_digits(std::string_view(digits).substr(at, length)));
    };
    std::tm time{};
    time.tm_year = field(0, 4) - 1900;
    time.tm_mon = field(4, 2) - 1;
    time.tm_mday = field(6, 2);
    time.tm_hour = field(8, 2);
    time.tm_min = field(10, 2);
    time.tm_sec = field(12, 2);
    return plausible(static_cast<std::uint64_t>(::timegm(&time)));
}

std::optional<std::int64_t> signed_for(const Url& url, const std::string& prefix) {
    const auto date = parameter(url, prefix + "date");
    const auto lasts = parameter(url, prefix + "expires");
    if (!date || !lasts)
        return std::nullopt;
    const auto from = utc_seconds(*date);
    const auto seconds = parse_digits(*lasts);
    return from && seconds && *seconds <= year_9999 ? plausible(static_cast<std::uint64_t>(*from) + *seconds)
                                                    : std::nullopt;
}

// Of "x-amz-expires": "x-amz-".
std::optional<std::string> store_prefix(const std::string& name) {
    constexpr std::string_view begin = "x-";
    constexpr std::string_view end = "-expires";
    const bool is_named_so = name.size() > begin.size() + end.size() && name.rfind(begin, 0) == 0
                             && name.compare(name.size() - end.size(), end.size(), end) == 0;
    return is_named_so ? std::optional(name.substr(0, name.size() - end.size() + 1)) : std::nullopt;
}

} // namespace

std::optional<std::int64_t> expiry_of(const Url& url) {
    for (const auto& [name, value] : url.query)
        if (const auto prefix = store_prefix(name))
            if (const auto expiry = signed_for(url, *prefix))
                return expiry;
    if (const auto expires = parameter(url, "expires"))
        if (const auto seconds = parse_digits(*expires))
            return plausible(*seconds);
    const auto azure = parameter(url, "sig") ? parameter(url, "se") : std::nullopt;
    return azure ? utc_seconds(*azure) : std::nullopt;
}

std::string utc_text(std::int64_t seconds) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm fields{};
    ::gmtime_r(&time, &fields);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &fields);
    return text;
}

} // namespace cli
