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

// The format by the first bytes of a file, whatever its name or content type; nothing for other formats.
std::optional<ImageFormat> recognise_format(std::span<const std::uint8_t> bytes);

// Reads no pixel. Nothing when the bytes are neither JPEG nor PNG, or are cut off or malformed before the
// size.
std::optional<ImageHeader> read_image_header(std::span<const std::uint8_t> bytes);

} // namespace sandbox
