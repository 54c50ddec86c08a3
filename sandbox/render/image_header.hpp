#pragma once

#include "jobs/video_size.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace sandbox {

enum class ImageFormat { jpeg, png };

struct ImageHeader {
    ImageFormat format = ImageFormat::jpeg;
    PixelSize size; // as shown: a JPEG's EXIF orientation is applied; both sides at least 1
};

// What the first bytes of a file say it is, whatever its name or content type; nothing when neither.
std::optional<ImageFormat> recognise_format(std::span<const std::uint8_t> bytes);

// Reads no pixel. Nothing when the bytes are neither JPEG nor PNG, or end or break before the size.
std::optional<ImageHeader> read_image_header(std::span<const std::uint8_t> bytes);

} // namespace sandbox
