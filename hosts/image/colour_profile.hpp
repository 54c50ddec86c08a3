#pragma once

#include <string>
#include <string_view>

namespace image {

// Whether an ICC profile has the primary colours of sRGB, or is one of greys.
bool has_srgb_colours(std::string_view profile);

// What is no base64 ends it.
std::string decode_base64(std::string_view text);

} // namespace image
