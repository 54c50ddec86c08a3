#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace sandbox {

struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t length = 0;

    bool operator==(const ByteRange&) const = default;
};

struct WholeFile {
    bool operator==(const WholeFile&) const = default;
};
struct Unsatisfiable {
    bool operator==(const Unsatisfiable&) const = default;
};

// What a Range header asks for, of a file of `size` bytes. Several ranges at once, another unit and
// anything malformed are answered with the whole file, as RFC 9110 allows.
std::variant<WholeFile, ByteRange, Unsatisfiable> parse_range(std::string_view header, std::uint64_t size);

} // namespace sandbox
