#include "media/media_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace job_engine {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

// Segments, of which one has a small picture of its own, and the picture, whose last mark is its end.
const std::string whole_jpeg = "\xFF\xD8\xFF\xE1\x00\x08\xFF\xD8..\xFF\xD9\xFF\xDA\x00\x02picture\xFF\xD9"s;
const std::string whole_png = "\x89PNG\r\n\x1A\n\0\0\0\4IHDRdata.sum\0\0\0\0IEND.sum"s;
const std::string whole_webp = "RIFF\x08\0\0\0WEBPdata"s;
const std::vector<std::string> taken{"image/jpeg", "image/png"};

std::optional<Error> fault_of_image(const std::string& file, std::uint64_t max_bytes = 1000) {
    return fault_of_file(file, "image", taken, max_bytes);
}

TEST(MediaFile, IsTakenWhenItIsWhole) {
    EXPECT_FALSE(fault_of_image(whole_jpeg));
    EXPECT_FALSE(fault_of_image(whole_png));
    EXPECT_FALSE(fault_of_image(whole_jpeg + "and a film of a phone"));
    EXPECT_FALSE(fault_of_file(whole_webp, "image", {"image/webp"}, 1000));
}

TEST(MediaFile, OfWhichTheEndIsMissingIsRefused) {
    for (const auto& whole : {whole_jpeg, whole_png})
        for (std::size_t length = 8; length < whole.size() - 8; ++length) {
            const auto error = fault_of_image(whole.substr(0, length));
            ASSERT_TRUE(error) << length;
            EXPECT_EQ(error->code, ErrorCode::invalid_media_file);
            EXPECT_EQ(error->charged, Charged::no);
        }
    EXPECT_TRUE(fault_of_image(whole_jpeg.substr(0, whole_jpeg.size() - 1)));
    EXPECT_TRUE(fault_of_file(whole_webp.substr(0, 13), "image", {"image/webp"}, 1000));
    EXPECT_EQ(
        fault_of_image(whole_jpeg.substr(0, 12))->message,
        "The image file is a JPG image of which the end is missing: it is damaged, or was copied in part.");
}

TEST(MediaFile, OfAnotherFormatIsRefusedByNameAndWhatIsTakenIsNamed) {
    const auto error = fault_of_image("\0\0\0\x18"s + "ftypheic\0\0\0\0mif1heic"s);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::invalid_media_file);
    EXPECT_EQ(error->message, "The image file is a HEIC image. The API takes JPG or PNG: convert it.");
    ASSERT_EQ(error->details.size(), 1U);
    EXPECT_EQ(error->details.front().path, "/image");
    EXPECT_EQ(fault_of_image("{\"error\": 1}")->message,
              "The image file is of no known format. The API takes JPG or PNG.");
    EXPECT_EQ(fault_of_image("")->message, "The image file is empty.");
    EXPECT_TRUE(fault_of_file(whole_jpeg, "image", {"image/png", "image/webp"}, 1000));
}

TEST(MediaFile, OverTheLimitIsRefusedAndTheLimitNamed) {
    const auto error = fault_of_image(whole_jpeg, whole_jpeg.size() - 1);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::media_too_large);
    EXPECT_FALSE(fault_of_image(whole_jpeg, whole_jpeg.size()));
    EXPECT_EQ(file_too_large(std::uint64_t{11} << 20, "image", std::uint64_t{10} << 20).message,
              "The image has 11.0 MiB; the limit is 10.0 MiB.");
    EXPECT_EQ(file_too_large(10'485'761, "image", 10'485'760).message,
              "The image has 10485761 bytes; the limit is 10485760.");
}

TEST(MediaFile, NamesWhatIsTaken) {
    EXPECT_EQ(list_of_formats({"image/jpeg"}), "JPG");
    EXPECT_EQ(list_of_formats({"image/jpeg", "image/png", "image/webp"}), "JPG, PNG or WebP");
    EXPECT_EQ(list_of_formats({"image/gif", "image/avif"}), "GIF or image/avif");
}

} // namespace
} // namespace job_engine
