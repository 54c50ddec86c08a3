#include "batch/file_names.hpp"

#include <gtest/gtest.h>

#include <set>

namespace cli {
namespace {

TEST(FileNames, AreTheRunKeysWhereTheyCanBe) {
    EXPECT_EQ(file_stem("shoe-17"), "shoe-17");
    EXPECT_EQ(media_path("videos", "shoe-17", {"video", MediaKind::video}, false, "mp4"),
              "videos/shoe-17.mp4");
    EXPECT_EQ(media_path("videos/", "shoe-17", {"video", MediaKind::video}, true, "mp4"),
              "videos/shoe-17+video.mp4");
}

TEST(FileNames, LeadNowhereElseAndAreUnique) {
    const std::vector<std::string> keys{
        "a/b",      "a_b",     "a b",           "../../etc/passwd",    "..",
        ".",        ".hidden", "a\nb",          std::string(512, 'a'), std::string(511, 'a'),
        "\xC3\xBC", "a:b",     file_stem("a/b")};
    std::set<std::string> names;
    for (const std::string& key : keys) {
        const std::string stem = file_stem(key);
        EXPECT_TRUE(names.insert(stem).second) << key;
        EXPECT_EQ(stem.find('/'), std::string::npos);
        EXPECT_NE(stem.front(), '.');
        EXPECT_LE(stem.size(), 150u);
    }
}

} // namespace
} // namespace cli
