#include "decoded_image.hpp"

#include "child_process.hpp"
#include "test_directory.hpp"

#include <cstddef>
#include <cstdio>
#include <stdexcept>

namespace image_test {

std::string DecodedImage::colour_at(double x, double y) const {
    const auto column = static_cast<std::size_t>(x * (width - 1));
    const auto row = static_cast<std::size_t>(y * (height - 1));
    const std::size_t at = (row * static_cast<std::size_t>(width) + column) * 3;
    const auto part = [&](std::size_t i) { return static_cast<unsigned char>(pixels.at(at + i)); };
    const int red = part(0);
    const int green = part(1);
    const int blue = part(2);
    constexpr int clear = 50; // CMYK has no bright green
    if (red > 200 && green > 200 && blue > 200)
        return "white";
    if (red < 40 && green < 40 && blue < 40)
        return "black";
    if (red > green + clear && red > blue + clear)
        return "red";
    if (green > red + clear && green > blue + clear)
        return "green";
    if (blue > red + clear && blue > green + clear)
        return "blue";
    return "other";
}

std::string DecodedImage::corners() const {
    return colour_at(0.1, 0.1) + " " + colour_at(0.9, 0.1) + " " + colour_at(0.1, 0.9) + " "
           + colour_at(0.9, 0.9);
}

DecodedImage decode(const std::string& bytes) {
    const test_support::TestDirectory directory;
    const std::string file = directory.write("image", bytes);
    DecodedImage image;
    const std::string size =
        test_support::output_of({"ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
                                 "stream=width,height", "-of", "csv=p=0", file});
    if (std::sscanf(size.c_str(), "%d,%d", &image.width, &image.height) != 2)
        throw std::runtime_error("ffprobe says " + size);
    image.pixels = test_support::output_of(
        {"ffmpeg", "-v", "error", "-nostdin", "-i", file, "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"});
    return image;
}

} // namespace image_test
