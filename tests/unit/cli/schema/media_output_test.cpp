#include "schema/media_output.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

// "video:clip audio:song"
std::string found(const std::string& properties, const std::string& outputs = "{}") {
    std::string text;
    for (const MediaOutput& output :
         media_outputs("{\"properties\": " + properties + "}", "{\"outputs\": " + outputs + "}"))
        text += (text.empty() ? "" : " ") + std::string(to_string(output.kind)) + ":" + output.name;
    return text;
}

TEST(MediaOutput, IsWhatTheSchemaOrTheModuleCallsAFile) {
    EXPECT_EQ(found(R"({"a": {"type": "string", "contentMediaType": "video/mp4"}})"), "video:a");
    EXPECT_EQ(found(R"({"a": {"type": "string"}})", R"({"a": {"type": "media_url", "media_type": "audio"}})"),
              "audio:a");
    EXPECT_EQ(found(R"({"a": {"type": "string", "format": "uri"}})"), "file:a");
    EXPECT_EQ(found(R"({"picture": {"type": ["string", "null"], "title": "The Image"}})"), "image:picture");
    EXPECT_EQ(found(R"({"a": {"anyOf": [{"type": "string", "format": "uri"}, {"type": "null"}]}})"),
              "file:a");
}

TEST(MediaOutput, IsNoOtherText) {
    EXPECT_EQ(found(R"({"a": {"type": "string"}})"), "");
    EXPECT_EQ(found(R"({"video": {"type": "integer"}})"), "");
    EXPECT_EQ(found(R"({"video": {"type": "string", "contentEncoding": "base64"}})"), "");
    EXPECT_EQ(found(R"({"video": {"type": "string", "contentMediaType": "text/vtt"}})"), "");
    EXPECT_EQ(found(R"({"video": {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}})"),
              "");
    EXPECT_TRUE(media_outputs("nonsense", "").empty());
    EXPECT_TRUE(media_outputs("{}", "{}").empty());
}

TEST(MediaOutput, TheSurestIsFirstAndWordsAreBelievedOnlyWhereNothingElseIsSaid) {
    EXPECT_EQ(found(R"({"video_note": {"type": "string"},
                        "preview": {"type": "string", "format": "uri"},
                        "clip": {"type": "string", "contentMediaType": "video/mp4"}})"),
              "video:clip file:preview");
    EXPECT_EQ(found(R"({"note": {"type": "string", "description": "About the video"},
                        "video": {"type": "string", "title": "Video"}})"),
              "video:video");
}

} // namespace
} // namespace cli
