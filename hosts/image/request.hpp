#pragma once

#include "image/format.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace image {

// What an image is prepared for.
struct Request {
    std::vector<std::string> media_types; // that are taken, best first; empty: JPEG and PNG
    std::uint64_t max_bytes = 0;          // 0: no limit is known
    std::uint32_t max_side = 0;           // pixels of the longer side; 0: no limit is known
};

// "image/jpeg, image/png"
std::vector<std::string> split_media_types(std::string_view list);

bool takes(const Request& request, Format format);

} // namespace image
