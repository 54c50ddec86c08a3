#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace sandbox {

struct PixelSize {
    int width = 0;
    int height = 0;

    bool operator==(const PixelSize&) const = default;
};

struct NamedSize {
    std::string_view name;
    PixelSize pixels;
};

// The sizes of Pixel M, in the order of the node's input schema.
std::span<const NamedSize> named_sizes();

inline constexpr std::string_view default_size_name = "Landscape HD (16:9)";

std::optional<PixelSize> find_named_size(std::string_view name);

// The size of a Pixel S video: the image's own aspect ratio, the long side 640, both sides even.
// The short side is never under 64, which a strip of more than 10:1 would ask for.
// The image's sides must be positive.
PixelSize pixel_s_size(PixelSize image);

} // namespace sandbox
