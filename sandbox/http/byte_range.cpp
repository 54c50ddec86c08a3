#include "http/byte_range.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace sandbox {
namespace {

std::optional<std::uint64_t> number(std::string_view digits) {
    std::uint64_t value = 0;
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || error != std::errc() || rest != digits.data() + digits.size())
        return std::nullopt;
    return value;
}

} // namespace

std::variant<WholeFile, ByteRange, Unsatisfiable> parse_range(std::string_view header, std::uint64_t size) {
    constexpr std::string_view unit = "bytes=";
    if (lower_case(header.substr(0, unit.size())) != unit)
        return WholeFile{};
    const std::string_view range = trimmed(header.substr(unit.size()));
    const std::size_t dash = range.find('-');
    if (dash == std::string_view::npos)
        return WholeFile{};
    const auto first = number(range.substr(0, dash));
    const auto last = number(range.substr(dash + 1));
    if (dash == 0) { // "-500": the last 500 bytes
        if (!last)
            return WholeFile{};
        if (*last == 0 || size == 0)
            return Unsatisfiable{};
        const std::uint64_t length = std::min(*last, size);
        return ByteRange{size - length, length};
    }
    const bool open_ended = dash + 1 == range.size();
    if (!first || (!last && !open_ended) || (last && *last < *first))
        return WholeFile{};
    if (*first >= size)
        return Unsatisfiable{};
    const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
    return ByteRange{*first, end - *first + 1};
}

} // namespace sandbox
