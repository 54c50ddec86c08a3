#include "render/ffmpeg_arguments.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sandbox {
namespace {

constexpr std::string_view hostile = "zoom in'; rm -rf /; $(reboot),drawtext=text=x:[out]\n\\ and more";

RenderPlan plan_with(Motion motion, std::string_view prompt) {
    RenderPlan plan;
    plan.image_path = "/tmp/in.image";
    plan.output_path = "/tmp/out.mp4";
    plan.size = {1280, 720};
    plan.frames = 125;
    plan.move = {motion, motion == Motion::rotate_clockwise ? 360 : 0, true};
    plan.prompt = prompt;
    return plan;
}

std::string value_after(const std::vector<std::string>& arguments, std::string_view name) {
    const auto found = std::ranges::find(arguments, name);
    return found == arguments.end() || found + 1 == arguments.end() ? "" : *(found + 1);
}

TEST(FfmpegArguments, KeepThePromptInTheCommentAlone) {
    const auto with = render_arguments("ffmpeg", plan_with(Motion::zoom_in, hostile));
    const auto without = render_arguments("ffmpeg", plan_with(Motion::zoom_in, ""));
    ASSERT_EQ(with.size(), without.size());
    for (std::size_t i = 0; i < with.size(); ++i) {
        if (with[i].starts_with("comment=")) {
            EXPECT_EQ(with[i].find('\n'), std::string::npos);
            EXPECT_NE(with[i].find("$(reboot)"), std::string::npos);
        } else {
            EXPECT_EQ(with[i], without[i]);
        }
    }
}

TEST(FfmpegArguments, ShortenALongPrompt) {
    const std::string prompt(100'000, 'x');
    for (const std::string& argument : render_arguments("ffmpeg", plan_with(Motion::zoom_in, prompt)))
        EXPECT_LT(argument.size(), 2000U);
}

TEST(FfmpegArguments, NameTheFormatAndOpenFilesOnly) {
    RenderPlan plan = plan_with(Motion::pan_left, "");
    auto arguments = render_arguments("/opt/ffmpeg", plan);
    EXPECT_EQ(arguments.front(), "/opt/ffmpeg");
    EXPECT_EQ(value_after(arguments, "-f"), "jpeg_pipe");
    EXPECT_EQ(value_after(arguments, "-protocol_whitelist"), "file");
    EXPECT_EQ(value_after(arguments, "-i"), "file:/tmp/in.image");
    EXPECT_EQ(arguments.back(), "file:/tmp/out.mp4");
    EXPECT_EQ(value_after(arguments, "-frames:v"), "125");
    plan.image_format = ImageFormat::png;
    EXPECT_EQ(value_after(render_arguments("ffmpeg", plan), "-f"), "png_pipe");
}

TEST(FfmpegArguments, SayThatItIsNotAi) {
    const auto arguments = render_arguments("ffmpeg", plan_with(Motion::pan_left, ""));
    EXPECT_TRUE(std::ranges::any_of(arguments, [](const std::string& argument) {
        return argument.starts_with("title=") && argument.find("not AI") != std::string::npos;
    }));
}

TEST(FfmpegArguments, GiveEachMotionItsOwnFilter) {
    std::vector<std::string> seen;
    for (const Motion motion : {Motion::zoom_in, Motion::zoom_out, Motion::pan_left, Motion::pan_right,
                                Motion::tilt_up, Motion::tilt_down, Motion::rotate_clockwise,
                                Motion::rotate_counterclockwise, Motion::orbit_left, Motion::orbit_right}) {
        seen.push_back(value_after(render_arguments("ffmpeg", plan_with(motion, "")), "-vf"));
        EXPECT_NE(seen.back(), "");
    }
    std::ranges::sort(seen);
    EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end());
}

// The corners of a frame turned around the centre must lie inside the area, or they would be black.
TEST(FfmpegArguments, LeaveRoomForARotation) {
    for (const PixelSize frame : {PixelSize{1280, 720}, PixelSize{720, 1280}, PixelSize{1080, 1080}}) {
        for (const auto& [from, to] :
             {std::pair{-12, 12}, std::pair{0, 360}, std::pair{-45, 45}, std::pair{0, 200}}) {
            const PixelSize area = area_for_rotation(frame, from, to);
            EXPECT_EQ(area.width % 2, 0);
            EXPECT_EQ(area.height % 2, 0);
            for (int quarter = from * 4; quarter <= to * 4; ++quarter) {
                const double degrees = quarter / 4.0;
                const double c = std::abs(std::cos(degrees * std::numbers::pi / 180));
                const double s = std::abs(std::sin(degrees * std::numbers::pi / 180));
                ASSERT_LE(frame.width * c + frame.height * s, area.width) << degrees;
                ASSERT_LE(frame.width * s + frame.height * c, area.height) << degrees;
            }
        }
    }
}

} // namespace
} // namespace sandbox
