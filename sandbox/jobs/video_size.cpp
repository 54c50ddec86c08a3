#include "jobs/video_size.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace sandbox {
namespace {

constexpr std::array<NamedSize, 10> sizes{{{"Square HD (1:1)", {720, 720}},
                                           {"Square FullHD (1:1)", {1080, 1080}},
                                           {"Portrait HD (3:4)", {720, 960}},
                                           {"Portrait FullHD (3:4)", {1080, 1440}},
                                           {"Portrait HD (9:16)", {720, 1280}},
                                           {"Portrait FullHD (9:16)", {1080, 1920}},
                                           {"Landscape HD (4:3)", {960, 720}},
                                           {"Landscape FullHD (4:3)", {1440, 1080}},
                                           {"Landscape HD (16:9)", {1280, 720}},
                                           {"Landscape FullHD (16:9)", {1920, 1080}}}};

constexpr int pixel_s_long_side = 640;
constexpr int pixel_s_shortest_side = 64;

} // namespace

std::span<const NamedSize> named_sizes() {
    return sizes;
}

std::optional<PixelSize> find_named_size(std::string_view name) {
    const auto found = std::ranges::find(sizes, name, &NamedSize::name);
    if (found == sizes.end())
        return std::nullopt;
    return found->pixels;
}

PixelSize pixel_s_size(PixelSize image) {
    const bool landscape = image.width >= image.height;
    const double long_side = landscape ? image.width : image.height;
    const double short_side = landscape ? image.height : image.width;
    const double half_of_scaled = pixel_s_long_side * short_side / long_side / 2;
    const int other = std::max(pixel_s_shortest_side, static_cast<int>(std::lround(half_of_scaled)) * 2);
    return landscape ? PixelSize{pixel_s_long_side, other} : PixelSize{other, pixel_s_long_side};
}

} // namespace sandbox
