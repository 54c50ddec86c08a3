#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cli {

// The part of a file that a reply with 206 has.
struct ContentRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::optional<std::uint64_t> total; // nullopt: "*"
};

// "bytes 100-199/200"; nullopt for anything else.
std::optional<ContentRange> parse_content_range(std::string_view header);

} // namespace cli
