#pragma once

#include <string>

namespace image_test {

// What FFmpeg, which has no part in the conversion of most kinds, says of an image.
struct DecodedImage {
    int width = 0;
    int height = 0;
    std::string pixels; // three bytes each

    // The colour's name at a place, from 0 to 1 in both directions: "red", "green", "blue", "white", "black"
    // or "other".
    std::string colour_at(double x, double y) const;
    // In reading order: "red green blue white".
    std::string corners() const;
};

DecodedImage decode(const std::string& bytes);

} // namespace image_test
