#include "media/media_format.hpp"

#include "base/ascii.hpp"
#include "base/plain_text.hpp"

#include <cstdint>

namespace job_engine {
namespace {

using namespace std::string_view_literals;

std::uint32_t big_endian(std::string_view bytes) noexcept {
    std::uint32_t value = 0;
    for (const char byte : bytes)
        value = value << 8U | static_cast<unsigned char>(byte);
    return value;
}

std::uint32_t little_endian(std::string_view bytes) noexcept {
    std::uint32_t value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i)
        value = value << 8U | static_cast<unsigned char>(bytes[i - 1]);
    return value;
}

// Its segments tell their lengths up to the picture itself, behind which is the mark of its end. Not sought
// before: a small picture inside the first segments has such a mark, too. What follows the end, such as a
// phone's film, is nobody's fault.
bool is_whole_jpeg(std::string_view file) noexcept {
    std::size_t at = 2;
    while (at + 4 <= file.size() && file[at] == '\xFF') {
        const bool is_picture = file[at + 1] == '\xDA';
        if (is_picture)
            return file.find("\xFF\xD9"sv, at) != std::string_view::npos;
        const bool is_padding = file[at + 1] == '\xFF';
        at += is_padding ? 1 : 2 + big_endian(file.substr(at + 2, 2));
    }
    return false;
}

bool is_whole_png(std::string_view file) noexcept {
    constexpr std::size_t around_data = 12; // length, type, checksum
    std::uint64_t at = 8;
    while (at + around_data <= file.size()) {
        const auto chunk = file.substr(static_cast<std::size_t>(at));
        if (chunk.substr(4, 4) == "IEND")
            return true;
        at += around_data + big_endian(chunk.substr(0, 4));
    }
    return false;
}

bool is_whole_webp(std::string_view file) noexcept {
    return file.size() >= 12 && file.size() - 8 >= little_endian(file.substr(4, 4));
}

} // namespace

MediaFormat media_format_of(std::string_view first_bytes) {
    const auto has = [&](std::size_t at, std::string_view bytes) {
        return first_bytes.size() >= at && first_bytes.substr(at).starts_with(bytes);
    };
    if (has(0, "\xFF\xD8\xFF"))
        return {"a JPG image", "image/jpeg"};
    if (has(0, "\x89PNG\r\n\x1A\n"))
        return {"a PNG image", "image/png"};
    if (has(0, "RIFF") && has(8, "WEBP"))
        return {"a WebP image", "image/webp"};
    if (has(0, "GIF8"))
        return {"a GIF image", "image/gif"};
    if (has(0, "BM"))
        return {"a BMP image", "image/bmp"};
    if (has(0, "II*\0"sv) || has(0, "MM\0*"sv))
        return {"a TIFF image", "image/tiff"};
    if (has(0, "%PDF"))
        return {"a PDF document", {}};
    if (has(4, "ftyp")) {
        // The brand says which of the many: the main one, and behind it those that it is compatible with.
        const auto brands = first_bytes.substr(8);
        const auto is = [&](std::string_view brand) { return brands.find(brand) != std::string_view::npos; };
        if (is("avif") || is("avis"))
            return {"an AVIF image", "image/avif"};
        if (is("heic") || is("heix") || is("hevc") || is("mif1") || is("msf1"))
            return {"a HEIC image", "image/heic"};
        return {"an MP4 video", "video/mp4"};
    }
    const auto text = ascii_lower_case(trimmed(first_bytes));
    for (const auto* beginning : {"<!doctype html", "<html", "<head", "<body", "<title", "<script", "<meta"})
        if (text.starts_with(beginning))
            return {web_page, {}};
    if (text.starts_with("<svg") || text.starts_with("<!doctype svg"))
        return {"an SVG drawing", {}};
    if (text.starts_with("<?xml"))
        return {"an XML or SVG file", {}};
    return {};
}

std::string_view short_name_of(std::string_view media_type) {
    if (media_type == "image/jpeg")
        return "JPG";
    if (media_type == "image/png")
        return "PNG";
    if (media_type == "image/webp")
        return "WebP";
    if (media_type == "image/gif")
        return "GIF";
    return media_type;
}

bool is_whole(std::string_view file, std::string_view media_type) noexcept {
    if (media_type == "image/jpeg")
        return is_whole_jpeg(file);
    if (media_type == "image/png")
        return is_whole_png(file);
    if (media_type == "image/webp")
        return is_whole_webp(file);
    return true;
}

} // namespace job_engine
