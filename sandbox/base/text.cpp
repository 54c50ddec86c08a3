#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <random>

namespace sandbox {
namespace {

constexpr std::string_view ellipsis = "\xE2\x80\xA6";

bool continues_a_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

} // namespace

std::string shortened(std::string_view text, std::size_t max_bytes) {
    if (text.size() <= max_bytes)
        return std::string(text);
    std::size_t end = max_bytes > ellipsis.size() ? max_bytes - ellipsis.size() : 0;
    while (end > 0 && continues_a_character(text[end]))
        --end;
    return std::string(text.substr(0, end)) + std::string(ellipsis);
}

std::string printable(std::string_view text, std::size_t max_bytes) {
    std::string line = shortened(text, max_bytes);
    std::ranges::replace_if(
        line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    return line;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view white_space = " \t\r\n\v\f";
    const std::size_t begin = text.find_first_not_of(white_space);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(white_space) - begin + 1);
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

std::string iso_time(std::chrono::system_clock::time_point time) {
    using namespace std::chrono;
    const auto since_epoch = duration_cast<milliseconds>(time.time_since_epoch());
    const std::time_t seconds = since_epoch.count() / 1000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 32> date{};
    const std::size_t length = std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    const std::string milli = std::to_string(since_epoch.count() % 1000);
    return std::string(date.data(), length) + "." + std::string(3 - milli.size(), '0') + milli + "Z";
}

std::string random_hex(std::size_t bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::random_device device;
    std::string hex;
    for (std::size_t i = 0; i < bytes; ++i) {
        const unsigned byte = device();
        hex.push_back(digits[(byte >> 4U) & 0xFU]);
        hex.push_back(digits[byte & 0xFU]);
    }
    return hex;
}

} // namespace sandbox
