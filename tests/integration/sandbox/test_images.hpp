#pragma once

#include <string>
#include <vector>

namespace sandbox_test {

// Encoded pictures with some detail in every part, made once per size and format by FFmpeg.
std::string jpeg_image(int width, int height);
std::string png_image(int width, int height);

// The JPEG with an EXIF segment put in after its first marker.
std::string with_orientation(const std::string& jpeg, char orientation);

// Standard output of a program, which must succeed; no shell is involved.
std::string output_of(const std::vector<std::string>& arguments);

} // namespace sandbox_test
