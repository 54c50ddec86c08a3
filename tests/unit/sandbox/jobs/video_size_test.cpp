#include "jobs/video_size.hpp"

#include <gtest/gtest.h>

namespace sandbox {
namespace {

TEST(VideoSize, HasTheTenSizesOfPixelM) {
    EXPECT_EQ(named_sizes().size(), 10U);
    EXPECT_EQ(find_named_size("Square HD (1:1)"), (PixelSize{720, 720}));
    EXPECT_EQ(find_named_size("Square FullHD (1:1)"), (PixelSize{1080, 1080}));
    EXPECT_EQ(find_named_size("Portrait HD (3:4)"), (PixelSize{720, 960}));
    EXPECT_EQ(find_named_size("Portrait FullHD (3:4)"), (PixelSize{1080, 1440}));
    EXPECT_EQ(find_named_size("Portrait HD (9:16)"), (PixelSize{720, 1280}));
    EXPECT_EQ(find_named_size("Portrait FullHD (9:16)"), (PixelSize{1080, 1920}));
    EXPECT_EQ(find_named_size("Landscape HD (4:3)"), (PixelSize{960, 720}));
    EXPECT_EQ(find_named_size("Landscape FullHD (4:3)"), (PixelSize{1440, 1080}));
    EXPECT_EQ(find_named_size("Landscape HD (16:9)"), (PixelSize{1280, 720}));
    EXPECT_EQ(find_named_size("Landscape FullHD (16:9)"), (PixelSize{1920, 1080}));
    EXPECT_TRUE(find_named_size(default_size_name));
    EXPECT_FALSE(find_named_size("Landscape HD"));
    EXPECT_FALSE(find_named_size(""));
}

TEST(VideoSize, KeepsTheImagesAspectRatioForPixelS) {
    EXPECT_EQ(pixel_s_size({1600, 1200}), (PixelSize{640, 480}));
    EXPECT_EQ(pixel_s_size({1200, 1600}), (PixelSize{480, 640}));
    EXPECT_EQ(pixel_s_size({100, 100}), (PixelSize{640, 640}));
    EXPECT_EQ(pixel_s_size({1920, 1080}), (PixelSize{640, 360}));
    EXPECT_EQ(pixel_s_size({1, 2'000'000'000}), (PixelSize{64, 640}));
    EXPECT_EQ(pixel_s_size({2'000'000'000, 1}), (PixelSize{640, 64}));
}

TEST(VideoSize, IsAlwaysEven) {
    for (int width = 1; width < 300; ++width) {
        const PixelSize size = pixel_s_size({width, 211});
        ASSERT_EQ(size.width % 2, 0) << width;
        ASSERT_EQ(size.height % 2, 0) << width;
        ASSERT_LE(size.width, 640);
        ASSERT_LE(size.height, 640);
    }
}

} // namespace
} // namespace sandbox
