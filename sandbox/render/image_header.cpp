#include "render/image_header.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

namespace sandbox {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::array<std::uint8_t, 8> png_signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
constexpr std::array<std::uint8_t, 3> jpeg_signature{0xFF, 0xD8, 0xFF};
constexpr std::array<std::uint8_t, 4> png_first_chunk{'I', 'H', 'D', 'R'};
constexpr std::array<std::uint8_t, 6> exif_signature{'E', 'x', 'i', 'f', 0, 0};

bool starts_with(Bytes bytes, Bytes prefix) {
    return bytes.size() >= prefix.size() && std::ranges::equal(bytes.first(prefix.size()), prefix);
}

std::uint32_t big_endian(Bytes bytes) {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : bytes)
        value = (value << 8U) | byte;
    return value;
}

std::optional<PixelSize> checked(std::uint32_t width, std::uint32_t height) {
    constexpr std::uint32_t max_side = std::numeric_limits<std::int32_t>::max();
    if (width == 0 || height == 0 || width > max_side || height > max_side)
        return std::nullopt;
    return PixelSize{static_cast<int>(width), static_cast<int>(height)};
}

std::optional<PixelSize> png_size(Bytes bytes) {
    // Signature, chunk length, chunk type, width, height.
    if (bytes.size() < 24 || !starts_with(bytes.subspan(12), png_first_chunk))
        return std::nullopt;
    return checked(big_endian(bytes.subspan(16, 4)), big_endian(bytes.subspan(20, 4)));
}

// The EXIF tag 0x0112 of the first image directory; 1 (upright) when it is absent or broken.
unsigned exif_orientation(Bytes segment) {
    constexpr unsigned upright = 1;
    if (!starts_with(segment, exif_signature))
        return upright;
    const Bytes tiff = segment.subspan(exif_signature.size());
    if (tiff.size() < 8 || tiff[0] != tiff[1] || (tiff[0] != 'I' && tiff[0] != 'M'))
        return upright;
    const bool little = tiff[0] == 'I';
    const auto number = [&](std::size_t offset, std::size_t length) -> std::optional<std::uint32_t> {
        if (offset > tiff.size() || length > tiff.size() - offset)
            return std::nullopt;
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < length; ++i)
            value = (value << 8U) | tiff[offset + (little ? length - 1 - i : i)];
        return value;
    };
    const auto directory = number(4, 4);
    const auto entries = directory ? number(*directory, 2) : std::nullopt;
    for (std::size_t i = 0; entries && i < *entries; ++i) {
        const std::size_t entry = std::size_t{*directory} + 2 + i * 12;
        const auto tag = number(entry, 2);
        const auto value = number(entry + 8, 2);
        if (!tag || !value)
            return upright;
        if (*tag == 0x0112)
            return *value >= 1 && *value <= 8 ? *value : upright;
    }
    return upright;
}

bool is_start_of_frame(std::uint8_t marker) {
    // C4 (Huffman tables), C8 (reserved) and CC (arithmetic conditioning) lie in the same range.
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

std::optional<PixelSize> jpeg_size(Bytes bytes) {
    unsigned orientation = 1;
    std::size_t position = 2;
    while (position + 1 < bytes.size()) {
        if (bytes[position] != 0xFF)
            return std::nullopt;
        const std::uint8_t marker = bytes[position + 1];
        if (marker == 0xFF) { // a fill byte
            ++position;
            continue;
        }
        position += 2;
        if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) // these have no length
            continue;
        if (marker == 0xD9 || marker == 0xDA) // the end, or pixels without a frame header before them
            return std::nullopt;
        if (bytes.size() - position < 2)
            return std::nullopt;
        const std::size_t length = big_endian(bytes.subspan(position, 2));
        if (length < 2 || length > bytes.size() - position)
            return std::nullopt;
        const Bytes segment = bytes.subspan(position + 2, length - 2);
        if (marker == 0xE1 && orientation == 1)
            orientation = exif_orientation(segment);
        if (is_start_of_frame(marker)) {
            if (segment.size() < 5) // precision, height, width
                return std::nullopt;
            const std::uint32_t height = big_endian(segment.subspan(1, 2));
            const std::uint32_t width = big_endian(segment.subspan(3, 2));
            const bool turned = orientation >= 5;
            return turned ? checked(height, width) : checked(width, height);
        }
        position += length;
    }
    return std::nullopt;
}

} // namespace

std::optional<ImageFormat> recognise_format(Bytes bytes) {
    if (starts_with(bytes, png_signature))
        return ImageFormat::png;
    if (starts_with(bytes, jpeg_signature))
        return ImageFormat::jpeg;
    return std::nullopt;
}

std::optional<ImageHeader> read_image_header(Bytes bytes) {
    const auto format = recognise_format(bytes);
    if (!format)
        return std::nullopt;
    const auto size = *format == ImageFormat::png ? png_size(bytes) : jpeg_size(bytes);
    if (!size)
        return std::nullopt;
    return ImageHeader{*format, *size};
}

} // namespace sandbox
