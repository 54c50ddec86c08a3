#include "image/format.hpp"
#include "image/request.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using image::Format;
using namespace std::string_view_literals;

std::string named(std::string_view head) {
    const image::Sniffed sniffed = image::sniff(head);
    return std::string(sniffed.is_image ? name_of(sniffed.format) : sniffed.otherwise);
}

TEST(Sniff, TellsImagesByTheirFirstBytes) {
    EXPECT_EQ(named("\xFF\xD8\xFF\xE0"), "JPEG");
    EXPECT_EQ(named("\x89PNG\r\n\x1A\n"), "PNG");
    EXPECT_EQ(named("RIFF\x10\0\0\0WEBPVP8 "sv), "WebP");
    EXPECT_EQ(named("GIF89a"), "GIF");
    EXPECT_EQ(named("BM\x36\x10\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"sv), "BMP");
    EXPECT_EQ(named("II*\0"sv), "TIFF");
    EXPECT_EQ(named("MM\0*"sv), "TIFF");
    EXPECT_EQ(named("\0\0\0\x18"
                    "ftypheic"sv),
              "HEIC");
    EXPECT_EQ(named("\0\0\0\x18"
                    "ftypmif1"sv),
              "HEIC");
    EXPECT_EQ(named("\0\0\0\x1C"
                    "ftypavif"sv),
              "AVIF");
}

TEST(Sniff, SaysWhatElseAFileIs) {
    EXPECT_EQ(named("%PDF-1.7"), "a PDF document");
    EXPECT_EQ(named("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\">"), "an SVG drawing");
    EXPECT_EQ(named("\n<!DOCTYPE html>"), "a web page");
    EXPECT_EQ(named("\0\0\0\x18"
                    "ftypmp42"sv),
              "a video");
    EXPECT_EQ(named("PK\3\4"), "a ZIP archive");
}

TEST(Sniff, KnowsNothingOfOtherBytes) {
    for (const std::string_view head :
         {""sv, "B"sv, "BM, the letters"sv, "RIFF\x10\0\0\0WAVE"sv, "hello"sv}) {
        EXPECT_FALSE(image::sniff(head).is_image) << head;
        EXPECT_EQ(named(head), "") << head;
    }
}

TEST(MediaTypes, AreSplitAndCompared) {
    const image::Request request{image::split_media_types(" image/JPEG,image/png;q=0.5 , "), 0, 0};
    EXPECT_EQ(request.media_types, (std::vector<std::string>{"image/jpeg", "image/png"}));
    EXPECT_TRUE(takes(request, Format::jpeg));
    EXPECT_TRUE(takes(request, Format::png));
    EXPECT_FALSE(takes(request, Format::heic));
}

TEST(MediaTypes, HaveOtherNames) {
    EXPECT_TRUE(takes({{"image/jpg"}, 0, 0}, Format::jpeg));
    EXPECT_TRUE(takes({{"image/heif"}, 0, 0}, Format::heic));
    EXPECT_TRUE(takes({{"image/*"}, 0, 0}, Format::tiff));
    EXPECT_TRUE(takes({}, Format::png));
    EXPECT_FALSE(takes({}, Format::webp));
}

} // namespace
