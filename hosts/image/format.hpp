#pragma once

#include <string>
#include <string_view>

namespace image {

enum class Format { jpeg, png, webp, gif, bmp, tiff, heic, avif };

// "JPEG", for people.
std::string_view name_of(Format format);
// "image/jpeg"
std::string_view media_type_of(Format format);

// What the first bytes of a file say it is.
struct Sniffed {
    bool is_image = false;
    Format format = Format::jpeg; // of an image
    std::string_view otherwise;   // what else it is, "a PDF document"; empty: nothing that is known here
};
// 32 bytes are enough for an image.
Sniffed sniff(std::string_view head);

} // namespace image
