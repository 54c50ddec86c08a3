#include "test_images.hpp"

#include "child_process.hpp"

#include <vector>

namespace test_support {

std::string make_image(std::string_view format, int width, int height) {
    std::vector<std::string> command{
        "ffmpeg",    "-nostdin",
        "-v",        "error",
        "-f",        "lavfi",
        "-i",        "mandelbrot=size=" + std::to_string(width) + "x" + std::to_string(height),
        "-frames:v", "1"};
    if (format == "gif")
        command.insert(command.end(), {"-f", "gif"});
    else
        command.insert(command.end(), {"-c:v", format == "jpg" ? "mjpeg" : "png", "-f", "image2pipe"});
    command.emplace_back("pipe:1");
    return output_of(command);
}

std::string with_orientation(const std::string& jpeg, char orientation) {
    using namespace std::string_literals;
    const std::string exif =
        "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"s + orientation + "\0\0\0\0\0\0\0"s;
    const std::string length{static_cast<char>((exif.size() + 2) >> 8U),
                             static_cast<char>((exif.size() + 2) & 0xFFU)};
    return jpeg.substr(0, 2) + "\xFF\xE1" + length + exif + jpeg.substr(2);
}

} // namespace test_support
