#include "render/render_progress.hpp"

#include <gtest/gtest.h>

namespace sandbox {
namespace {

TEST(RenderProgress, ReadsFramesFromPiecesOfAnyLength) {
    RenderProgress progress(100);
    EXPECT_EQ(progress.eta_seconds(1), std::nullopt);
    EXPECT_FALSE(progress.feed("fra"));
    EXPECT_FALSE(progress.feed("me=2"));
    EXPECT_TRUE(progress.feed("5\nfps=10\nprogress=continue\n"));
    EXPECT_DOUBLE_EQ(progress.fraction(), 0.25);
    ASSERT_TRUE(progress.eta_seconds(2));
    EXPECT_DOUBLE_EQ(*progress.eta_seconds(2), 6);
}

TEST(RenderProgress, NeverGoesBackNorPastTheEnd) {
    RenderProgress progress(100);
    progress.feed("frame=  50\nframe=10\n");
    EXPECT_DOUBLE_EQ(progress.fraction(), 0.5);
    progress.feed("frame=1000\n");
    EXPECT_DOUBLE_EQ(progress.fraction(), 1);
    EXPECT_DOUBLE_EQ(progress.eta_seconds(5).value(), 0);
}

TEST(RenderProgress, IgnoresWhatIsNoFrameCount) {
    RenderProgress progress(100);
    EXPECT_FALSE(progress.feed("frame=\nframe=x\nframe=-5\nframe=1x\ndrop_frames=7\n"));
    EXPECT_FALSE(progress.feed(std::string(1'000'000, 'x')));
    EXPECT_FALSE(progress.feed("\n"));
    EXPECT_DOUBLE_EQ(progress.fraction(), 0);
    EXPECT_TRUE(progress.feed("frame=1\n"));
}

} // namespace
} // namespace sandbox
