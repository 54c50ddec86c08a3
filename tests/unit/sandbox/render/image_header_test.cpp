#include "render/image_header.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

namespace sandbox {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes operator+(Bytes left, const Bytes& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

Bytes big_endian(std::uint32_t value, int bytes) {
    Bytes result;
    for (int i = bytes - 1; i >= 0; --i)
        result.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return result;
}

Bytes png(std::uint32_t width, std::uint32_t height) {
    return Bytes{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R'}
           + big_endian(width, 4) + big_endian(height, 4) + Bytes{8, 2, 0, 0, 0};
}

Bytes segment(std::uint8_t marker, const Bytes& content) {
    return Bytes{0xFF, marker} + big_endian(static_cast<std::uint32_t>(content.size()) + 2, 2) + content;
}

Bytes frame(std::uint8_t marker, std::uint32_t width, std::uint32_t height) {
    return segment(marker, Bytes{8} + big_endian(height, 2) + big_endian(width, 2) + Bytes{3, 1, 0x22, 0});
}

Bytes exif(std::uint8_t orientation, bool little) {
    const Bytes tiff =
        little ? Bytes{'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0}
               : Bytes{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0};
    return segment(0xE1, Bytes{'E', 'x', 'i', 'f', 0, 0} + tiff);
}

const Bytes start{0xFF, 0xD8};

TEST(ImageHeader, ReadsPng) {
    const auto header = read_image_header(png(1600, 1200));
    ASSERT_TRUE(header);
    EXPECT_EQ(header->format, ImageFormat::png);
    EXPECT_EQ(header->size, (PixelSize{1600, 1200}));
}

TEST(ImageHeader, ReadsJpegOfEveryFrameKind) {
    for (const std::uint8_t marker : {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC9, 0xCF}) {
        const auto header = read_image_header(start + segment(0xE0, Bytes(14)) + frame(marker, 640, 480));
        ASSERT_TRUE(header) << int{marker};
        EXPECT_EQ(header->format, ImageFormat::jpeg);
        EXPECT_EQ(header->size, (PixelSize{640, 480}));
    }
}

TEST(ImageHeader, SkipsFillBytesTablesAndMarkersWithoutLength) {
    const auto header =
        read_image_header(start + segment(0xC4, Bytes(20)) + Bytes{0xFF, 0xFF, 0xFF, 0x01, 0xFF, 0xD0}
                          + segment(0xFE, Bytes(65533)) + frame(0xC0, 3, 5));
    ASSERT_TRUE(header);
    EXPECT_EQ(header->size, (PixelSize{3, 5}));
}

TEST(ImageHeader, AppliesTheExifOrientation) {
    for (int orientation = 0; orientation <= 9; ++orientation) {
        for (const bool little : {true, false}) {
            const auto header = read_image_header(start + exif(static_cast<std::uint8_t>(orientation), little)
                                                  + frame(0xC0, 640, 480));
            ASSERT_TRUE(header);
            const bool turned = orientation >= 5 && orientation <= 8;
            EXPECT_EQ(header->size, (turned ? PixelSize{480, 640} : PixelSize{640, 480})) << orientation;
        }
    }
}

TEST(ImageHeader, IgnoresABrokenExifSegment) {
    const Bytes whole = exif(6, true);
    for (std::size_t length = 0; length + 4 < whole.size(); ++length) {
        const Bytes content(whole.begin() + 4, whole.begin() + 4 + static_cast<std::ptrdiff_t>(length));
        const auto header = read_image_header(start + segment(0xE1, content) + frame(0xC0, 640, 480));
        ASSERT_TRUE(header) << length;
    }
    // A directory that lies at the end of the address space.
    const Bytes far{'E', 'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0, 0xFF, 0xFF, 0xFF, 0xFF};
    EXPECT_TRUE(read_image_header(start + segment(0xE1, far) + frame(0xC0, 640, 480)));
}

TEST(ImageHeader, FindsNothingInOtherFiles) {
    EXPECT_FALSE(read_image_header(Bytes{}));
    EXPECT_FALSE(recognise_format(Bytes{'G', 'I', 'F', '8', '9', 'a'}));
    EXPECT_FALSE(recognise_format(Bytes{'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'E', 'B', 'P'}));
    EXPECT_FALSE(recognise_format(Bytes{'#', 'E', 'X', 'T', 'M', '3', 'U'}));
}

TEST(ImageHeader, FindsNothingInTruncatedFiles) {
    for (const Bytes& whole : {png(16, 16), start + exif(6, true) + frame(0xC2, 16, 16)}) {
        ASSERT_TRUE(read_image_header(whole));
        const std::size_t needed = whole[0] == 0x89 ? 24 : whole.size();
        for (std::size_t length = 0; length < needed; ++length) {
            EXPECT_FALSE(
                read_image_header(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length))))
                << length;
        }
    }
}

TEST(ImageHeader, FindsNothingInHostileFiles) {
    EXPECT_FALSE(read_image_header(png(0, 10)));
    EXPECT_FALSE(read_image_header(png(10, 0)));
    EXPECT_FALSE(read_image_header(png(0xFFFFFFFF, 10)));
    EXPECT_FALSE(read_image_header(start + frame(0xC0, 0, 10)));
    EXPECT_FALSE(read_image_header(start + frame(0xC0, 10, 0)));
    EXPECT_FALSE(read_image_header(start + Bytes{0xFF, 0xE0, 0, 0})); // a length below 2: no progress
    EXPECT_FALSE(read_image_header(start + Bytes{0xFF, 0xE0, 0xFF, 0xFF, 1})); // longer than the file
    EXPECT_FALSE(read_image_header(start + segment(0xC0, Bytes{8, 0, 1}))); // a frame too short for its size
    EXPECT_FALSE(read_image_header(start + Bytes{0xFF, 0xDA, 0, 2} + frame(0xC0, 1, 1))); // pixels before it
    EXPECT_FALSE(read_image_header(start + Bytes(100'000, 0xFF)));
}

TEST(ImageHeader, SurvivesRandomBytes) {
    std::mt19937 random(1); // NOLINT(bugprone-random-generator-seed): the same bytes in every run
    for (int i = 0; i < 20'000; ++i) {
        Bytes bytes = i % 2 == 0 ? start + exif(6, true) + frame(0xC0, 640, 480) : png(640, 480);
        for (int flips = 0; flips < 4; ++flips)
            bytes[2 + random() % (bytes.size() - 2)] = static_cast<std::uint8_t>(random());
        const auto header = read_image_header(bytes);
        if (header) {
            EXPECT_GT(header->size.width, 0);
            EXPECT_GT(header->size.height, 0);
        }
    }
}

} // namespace
} // namespace sandbox
