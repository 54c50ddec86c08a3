#include "image/format.hpp"

#include <algorithm>
#include <array>

namespace image {

namespace {

using namespace std::string_view_literals;

struct FormatWords {
    std::string_view name;
    std::string_view media_type;
};

FormatWords words_of(Format format) {
    switch (format) {
    case Format::jpeg:
        return {"JPEG", "image/jpeg"};
    case Format::png:
        return {"PNG", "image/png"};
    case Format::webp:
        return {"WebP", "image/webp"};
    case Format::gif:
        return {"GIF", "image/gif"};
    case Format::bmp:
        return {"BMP", "image/bmp"};
    case Format::tiff:
        return {"TIFF", "image/tiff"};
    case Format::heic:
        return {"HEIC", "image/heic"};
    case Format::avif:
        return {"AVIF", "image/avif"};
    }
    return {};
}

bool begins(std::string_view head, std::string_view with) {
    return head.substr(0, with.size()) == with;
}

Sniffed found(Format format) {
    return {true, format, {}};
}

// ISO base media files name their brand after "ftyp".
Sniffed sniff_brand(std::string_view brand) {
    if (brand == "avif" || brand == "avis")
        return found(Format::avif);
    constexpr std::array heic_brands = {"heic"sv, "heix"sv, "heim"sv, "heis"sv,
                                        "hevc"sv, "hevx"sv, "mif1"sv, "msf1"sv};
    if (std::find(heic_brands.begin(), heic_brands.end(), brand) != heic_brands.end())
        return found(Format::heic);
    return {false, {}, brand == "crx " ? "a raw photo" : "a video"};
}

std::string_view what_else(std::string_view head) {
    if (begins(head, "%PDF"))
        return "a PDF document";
    if (begins(head, "PK\3\4"))
        return "a ZIP archive";
    if (begins(head, "\x1A\x45\xDF\xA3"))
        return "a video";
    if (begins(head, "\xFF\x0A") || begins(head, "\0\0\0\x0CJXL "sv))
        return "a JPEG XL image, which is not supported";
    if (begins(head, "8BPS"))
        return "a Photoshop document";
    const std::size_t text = head.find_first_not_of("\xEF\xBB\xBF \t\r\n");
    const std::string_view rest = text == head.npos ? std::string_view() : head.substr(text);
    if (head.find("<svg") != head.npos)
        return "an SVG drawing";
    if (begins(rest, "<!DOCTYPE html") || begins(rest, "<!doctype html") || begins(rest, "<html"))
        return "a web page";
    return {};
}

} // namespace

std::string_view name_of(Format format) {
    return words_of(format).name;
}

std::string_view media_type_of(Format format) {
    return words_of(format).media_type;
}

Sniffed sniff(std::string_view head) {
    if (begins(head, "\xFF\xD8\xFF"))
        return found(Format::jpeg);
    if (begins(head, "\x89PNG\r\n\x1A\n"))
        return found(Format::png);
    if (begins(head, "RIFF") && head.size() >= 12 && head.substr(8, 4) == "WEBP")
        return found(Format::webp);
    if (begins(head, "GIF87a") || begins(head, "GIF89a"))
        return found(Format::gif);
    // Two letters alone are the beginning of many a text; the four bytes here are reserved, and 0.
    if (begins(head, "BM") && head.size() >= 18 && head.substr(6, 4) == "\0\0\0\0"sv)
        return found(Format::bmp);
    if (begins(head, "II*\0"sv) || begins(head, "MM\0*"sv))
        return found(Format::tiff);
    if (head.size() >= 12 && head.substr(4, 4) == "ftyp")
        return sniff_brand(head.substr(8, 4));
    return {false, {}, what_else(head)};
}

} // namespace image
