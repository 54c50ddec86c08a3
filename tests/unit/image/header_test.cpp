#include "image/header.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

std::string output_with(const std::string& more, const std::string& bands = "3",
                        const std::string& interpretation = "srgb", const std::string& format = "uchar") {
    return "stdin: 40x30 uchar, 3 bands\nwidth: 40\nheight: 30\nbands: " + bands + "\nformat: " + format
           + "\ninterpretation: " + interpretation + "\n" + more;
}

TEST(Header, IsReadOffTheFields) {
    const auto header =
        image::parse_header(output_with("orientation: 6\nn-pages: 5\nicc-profile-data: 548 bytes\n"));
    ASSERT_TRUE(header);
    EXPECT_EQ(header->width, 40u);
    EXPECT_EQ(header->height, 30u);
    EXPECT_EQ(header->orientation, 6u);
    EXPECT_EQ(header->frames, 5u);
    EXPECT_TRUE(header->has_profile);
    EXPECT_FALSE(header->is_cmyk);
    EXPECT_FALSE(header->is_deep);
    EXPECT_FALSE(header->has_alpha);
    EXPECT_FALSE(header->has_place);
}

TEST(Header, TellsKindsOfPixels) {
    EXPECT_TRUE(image::parse_header(output_with("", "4", "cmyk"))->is_cmyk);
    EXPECT_FALSE(image::parse_header(output_with("", "4", "cmyk"))->has_alpha);
    EXPECT_TRUE(image::parse_header(output_with("", "4"))->has_alpha);
    EXPECT_TRUE(image::parse_header(output_with("", "2", "b-w"))->has_alpha);
    EXPECT_FALSE(image::parse_header(output_with("", "1", "b-w"))->has_alpha);
    EXPECT_TRUE(image::parse_header(output_with("", "3", "rgb16", "ushort"))->is_deep);
    EXPECT_TRUE(image::parse_header(output_with("exif-ifd3-GPSLatitude: 52/1 30/1 0/1 (...)\n"))->has_place);
}

TEST(Header, IsNotChangedByTextsOfTheFile) {
    const auto header = image::parse_header(
        output_with("exif-ifd0-ImageDescription: a\nwidth: 1\nbands: 4\norientation: 99\n"));
    ASSERT_TRUE(header);
    EXPECT_EQ(header->width, 40u);
    EXPECT_FALSE(header->has_alpha);
    EXPECT_EQ(header->orientation, 1u);
}

TEST(Header, IsNoneWhereTheFieldsAreNotThere) {
    EXPECT_FALSE(image::parse_header(""));
    EXPECT_FALSE(image::parse_header("width: 40\nheight: 30\n"));
    EXPECT_FALSE(image::parse_header("width: 0\nheight: 30\nbands: 3\n"));
    EXPECT_FALSE(image::parse_header("width: 99999999999\nheight: 30\nbands: 3\n"));
}

} // namespace
