#include "job/flow_story.hpp"
#include "job/output.hpp"
#include "nodes/image_to_video.hpp"

#include <gtest/gtest.h>

namespace job_engine {
namespace {

Result<std::string> output_of(const std::string& video, bool loopback = false) {
    return make_output(video, testing::image_to_video_node(), loopback);
}

TEST(Output, IsTheVideosUrl) {
    EXPECT_EQ(*output_of("https://storage.pixelml.com/videos/shoe.mp4"),
              R"({"video":"https://storage.pixelml.com/videos/shoe.mp4"})");
}

TEST(Output, MayBeHttpOnLoopbackOnlyWhereAllowed) {
    EXPECT_TRUE(output_of("http://127.0.0.1:8080/v.mp4", true));
    EXPECT_FALSE(output_of("http://127.0.0.1:8080/v.mp4"));
}

TEST(Output, WithoutAUsableUrlIsAnInvalidReplyThatIsPaid) {
    for (const auto* video :
         {"", "v.mp4", "http://example.com/v.mp4", "https://", "ftp://example.com/v.mp4"}) {
        const auto output = output_of(video, true);
        ASSERT_FALSE(output) << video;
        EXPECT_EQ(output.error().code, ErrorCode::invalid_api_response) << video;
        EXPECT_EQ(output.error().charged, Charged::yes) << video;
    }
}

TEST(Output, WhatIsNotTakenStandsInTheErrorForAPerson) {
    const std::string longer = "https://cdn.example.com/" + std::string(9200, 'v') + ".mp4";
    for (const auto& video : {std::string("http://cdn.example.com/v.mp4"), longer}) {
        const auto output = make_output(video, testing::image_to_video_node(), false, "/output/video");
        ASSERT_FALSE(output);
        EXPECT_NE(output.error().message.find(video.substr(0, 20)), std::string::npos);
        EXPECT_LT(output.error().message.size(), 400U);
        ASSERT_EQ(output.error().details.size(), 1U);
        EXPECT_EQ(output.error().details[0].path, "/output/video");
        EXPECT_NE(output.error().details[0].message.find(video), std::string::npos);
    }
}

TEST(Output, IsHeldAgainstItsSchema) {
    auto type = pixelml::image_to_video;
    type.output_schema = R"({"required": ["audio"]})";
    const Node node(type);
    const auto output = make_output("https://example.com/v.mp4", node, false);
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().code, ErrorCode::invalid_api_response);
    EXPECT_EQ(output.error().details.front().path, "/audio");
}

} // namespace
} // namespace job_engine
