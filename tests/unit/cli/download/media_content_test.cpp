#include "download/media_content.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

constexpr std::string_view mp4("\0\0\0\x20"
                               "ftypisom",
                               12);
constexpr std::string_view webm = "\x1A\x45\xDF\xA3...";

TEST(MediaContent, OfAVideoIsAVideo) {
    for (const char* type : {"video/mp4", "Video/WebM; codecs=vp9", "application/octet-stream", ""})
        EXPECT_EQ(fault_of_content(MediaKind::video, type, "anything"), "") << type;
    EXPECT_EQ(fault_of_content(MediaKind::video, "text/plain", mp4), "");
    EXPECT_EQ(fault_of_content(MediaKind::video, "application/json", webm), "");
    EXPECT_EQ(fault_of_content(MediaKind::video, "application/json", ""), ""); // not there yet
    EXPECT_NE(fault_of_content(MediaKind::video, "application/json", "{}"), "");
    EXPECT_NE(fault_of_content(MediaKind::video, "image/png", "PNG"), "");
    EXPECT_EQ(fault_of_content(MediaKind::file, "application/json", "{}"), "");
}

TEST(MediaContent, OfAWebPageIsNone) {
    for (const MediaKind kind : {MediaKind::video, MediaKind::audio, MediaKind::image, MediaKind::file}) {
        EXPECT_NE(fault_of_content(kind, "text/html", ""), "");
        EXPECT_NE(fault_of_content(kind, "video/mp4", "\xEF\xBB\xBF \r\n<!doctype html>"), "");
    }
    EXPECT_NE(fault_of_content(MediaKind::video, "video/mp4", "<?xml version='1.0'?><Error>"), "");
    EXPECT_EQ(fault_of_content(MediaKind::image, "image/svg+xml", "<svg>"), "");
}

TEST(MediaContent, NamesTheFileByItsKind) {
    EXPECT_EQ(kept_extension(MediaKind::video, "webm"), "webm");
    EXPECT_EQ(kept_extension(MediaKind::video, "php"), "mp4");
    EXPECT_EQ(kept_extension(MediaKind::image, ""), "png");
    EXPECT_EQ(kept_extension(MediaKind::file, "mp4"), "mp4");
}

} // namespace
} // namespace cli
