#include "test_images.hpp"

#include "process.hpp"

#include <stdexcept>

namespace sandbox_test {
namespace {

std::string picture(int width, int height, const std::string& encoder) {
    return output_of({"ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-f", "lavfi", "-i",
                      "testsrc2=size=" + std::to_string(width) + "x" + std::to_string(height) + ":rate=1",
                      "-frames:v", "1", "-c:v", encoder, "-f", "image2pipe", "pipe:1"});
}

} // namespace

std::string output_of(const std::vector<std::string>& arguments) {
    std::string output;
    const sandbox::CancelSignal never;
    const auto result = sandbox::run_process(arguments, std::chrono::minutes(1), never,
                                             [&](std::string_view piece) { output += piece; });
    if (result.end != sandbox::ProcessResult::End::exited || result.exit_code != 0) {
        throw std::runtime_error(arguments.front() + " failed: " + result.error_text);
    }
    return output;
}

std::string jpeg_image(int width, int height) {
    return picture(width, height, "mjpeg");
}

std::string png_image(int width, int height) {
    return picture(width, height, "png");
}

std::string with_orientation(const std::string& jpeg, char orientation) {
    using namespace std::string_literals;
    const std::string exif =
        "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"s + orientation + "\0\0\0\0\0\0\0"s;
    const std::string length{static_cast<char>((exif.size() + 2) >> 8U),
                             static_cast<char>((exif.size() + 2) & 0xFFU)};
    return jpeg.substr(0, 2) + "\xFF\xE1" + length + exif + jpeg.substr(2);
}

} // namespace sandbox_test
