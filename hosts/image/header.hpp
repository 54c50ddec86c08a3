#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace image {

// What the header of an image file says, as vipsheader tells it.
struct Header {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    unsigned orientation = 1; // EXIF's: 1 is upright
    unsigned frames = 1;
    bool is_cmyk = false;
    bool is_deep = false; // more than 8 bits for each colour
    bool has_alpha = false;
    bool has_profile = false; // of its colours
    bool has_place = false;   // where the photo was taken

    std::uint64_t pixels() const noexcept { return std::uint64_t{width} * height; }
    std::uint32_t longer_side() const noexcept { return width > height ? width : height; }
};

// Of the output of "vipsheader -a". nullopt: it is not that.
std::optional<Header> parse_header(std::string_view output);

} // namespace image
