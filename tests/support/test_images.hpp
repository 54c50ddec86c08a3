#pragma once

#include <string>
#include <string_view>

namespace test_support {

// An encoded picture with texture everywhere, so that any camera move shows; made by FFmpeg. format: jpg, png
// or gif.
std::string make_image(std::string_view format, int width, int height);

// The JPEG with an EXIF segment put in after its first marker.
std::string with_orientation(const std::string& jpeg, char orientation);

} // namespace test_support
