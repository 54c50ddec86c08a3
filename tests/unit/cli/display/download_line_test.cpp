#include "display/download_line.hpp"
#include "text/text_layout.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

using namespace std::chrono_literals;

const DownloadShown half{"clip.mp4", 1048576, 2097152};

TEST(DownloadLine, HasBytesPercentAndName) {
    EXPECT_EQ(download_line(half, 5s, 100, false),
              "[##########----------]  50%  0:05  1.0 MiB of 2.0 MiB  clip.mp4");
    EXPECT_EQ(download_line({"clip.mp4", 1048576, std::nullopt}, 0s, 40, false), "0:00  1.0 MiB  clip.mp4");
    for (std::size_t columns = 10; columns < 100; ++columns)
        EXPECT_LE(display_width(download_line(half, 5s, columns, true)), columns);
}

TEST(DownloadLog, HasALineForEachTenth) {
    DownloadLog log;
    EXPECT_EQ(log.line({"clip.mp4", 0, std::nullopt}), "downloading: clip.mp4");
    EXPECT_FALSE(log.line({"clip.mp4", 5, 100}));
    EXPECT_EQ(log.line({"clip.mp4", 35, 100}), "downloading: clip.mp4 (35% of 100 bytes)");
    EXPECT_FALSE(log.line({"clip.mp4", 39, 100}));
    EXPECT_FALSE(log.line({"clip.mp4", 100, 100}));
}

} // namespace
} // namespace cli
