#include "download/content_range.hpp"

#include "text/digits.hpp"

namespace cli {

std::optional<ContentRange> parse_content_range(std::string_view header) {
    constexpr std::string_view unit = "bytes ";
    const std::size_t dash = header.find('-');
    const std::size_t slash = header.find('/');
    if (header.substr(0, unit.size()) != unit || dash == std::string_view::npos
        || slash == std::string_view::npos || slash < dash)
        return std::nullopt;
    const auto first = parse_digits(header.substr(unit.size(), dash - unit.size()));
    const auto last = parse_digits(header.substr(dash + 1, slash - dash - 1));
    const std::string_view whole = header.substr(slash + 1);
    const auto total = parse_digits(whole);
    const bool fits = first && last && *first <= *last && (whole == "*" || (total && *last < *total));
    return fits ? std::optional(ContentRange{*first, *last, total}) : std::nullopt;
}

} // namespace cli
