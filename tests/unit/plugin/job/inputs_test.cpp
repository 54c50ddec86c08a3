#include "job/flow_story.hpp"
#include "job/inputs.hpp"
#include "json/json_text.hpp"
#include "nodes/image_to_video.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace job_engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::prepared;

Result<CheckedInputs> input_from(std::string_view text, bool loopback = false) {
    return read_inputs(text, testing::image_to_video_node(), loopback);
}

// The three required inputs and these.
std::string input_with(const std::string& more) {
    return R"({"prompt": "Clouds moving", "image": "https://example.com/a.jpg", "negative_prompt": "static")"
           + (more.empty() ? "" : ", " + more) + "}";
}

std::vector<std::string> warning_codes(const CheckedInputs& checked) {
    std::vector<std::string> codes;
    for (const auto& warning : checked.warnings)
        codes.push_back(warning.code);
    return codes;
}

TEST(Inputs, TakeAFileOfTheHostForAnImage) {
    const auto image = [](const std::string& text) {
        return input_from(R"({"prompt": "p", "image": ")" + text + R"(", "negative_prompt": null})");
    };
    for (const auto* text : {"attachment:my%20photo.jpg", " Attachment:my photo.jpg "}) {
        const auto checked = image(text);
        ASSERT_TRUE(checked);
        EXPECT_EQ(checked->file, "my photo.jpg");
        EXPECT_EQ(checked->values.at("image"), "attachment:my%20photo.jpg") << "one name is one run";
        const auto job = testing::prepared(checked->values);
        EXPECT_EQ(job.file, "my photo.jpg");
        EXPECT_TRUE(job.media_url.empty()) << "there is nothing to look at";
    }
    EXPECT_EQ(image("https://example.com/attachment:a.jpg")->file, "");
    for (const auto* text : {"attachment:", "attachment:%00", "attachment:%ff.jpg", "attachment:a%0Ab"}) {
        const auto refused = image(text);
        ASSERT_FALSE(refused) << text;
        EXPECT_EQ(refused.error().code, ErrorCode::invalid_input);
        EXPECT_EQ(refused.error().details.front().path, "/image");
    }
    EXPECT_TRUE(image("attachment:" + std::string(1024, 'n')));
    EXPECT_FALSE(image("attachment:" + std::string(1025, 'n')));
}

TEST(Inputs, PutAFileWhereTheImageGoes) {
    const auto job = testing::prepared(testing::input_with_file("a.jpg"));
    const auto filled = [&](const std::string& file) { return body_with_file(job.body, job.digest, file); };
    auto with_url = testing::example_input();
    with_url["image"] = "data:image/jpeg;base64,AA==";
    EXPECT_EQ(filled("data:image/jpeg;base64,AA=="), testing::prepared(with_url).body);
    const auto large = std::string(20'000, 'A') + "\"\n";
    with_url["image"] = large;
    EXPECT_EQ(filled(large), testing::prepared(with_url).body);
    with_url["image"] = "{{bytes of a \"b\"}}";
    EXPECT_EQ(filled("{{bytes of a \"b\"}}"), testing::prepared(with_url).body);
    EXPECT_NE(job.digest, testing::prepared(testing::input_with_file("b.jpg")).digest);
}

TEST(Inputs, HasTheSchemasDefaults) {
    const auto checked = *input_from(input_with(""));
    EXPECT_EQ(checked.values.at("model"), "Pixel M");
    EXPECT_EQ(checked.values.at("size"), "Landscape HD (16:9)");
    EXPECT_EQ(checked.values.at("prompt_optimizer"), boost::json::value(true));
    EXPECT_THAT(checked.warnings, IsEmpty());
}

TEST(Inputs, TakesDefaultsFromTheSchemaAndNotFromTheCode) {
    auto type = pixelml::image_to_video;
    type.input_schema = R"({"properties": {"model": {"default": "Pixel M"}, "size": {"default": "Tiny"},
                            "prompt_optimizer": {"default": false}}})";
    const Node node(type);
    const auto checked = *read_inputs(input_with(""), node, false);
    EXPECT_EQ(checked.values.at("size"), "Tiny");
    EXPECT_EQ(checked.values.at("prompt_optimizer"), boost::json::value(false));
}

TEST(Inputs, NegativePromptIsRequiredButMayBeNull) {
    const auto absent = input_from(R"({"prompt": "p", "image": "https://example.com/a.jpg"})");
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().code, ErrorCode::invalid_input);
    EXPECT_THAT(absent.error().details, ElementsAre(Violation{"/negative_prompt", "is required"}));
    const auto null =
        *input_from(R"({"prompt": "p", "image": "https://example.com/a.jpg", "negative_prompt": null})");
    EXPECT_TRUE(null.values.at("negative_prompt").is_null());
}

TEST(Inputs, ANullPromptOptimizerStaysNull) {
    const auto checked = *input_from(input_with(R"("prompt_optimizer": null)"));
    EXPECT_TRUE(checked.values.at("prompt_optimizer").is_null());
    EXPECT_EQ(input_from(input_with(R"("prompt_optimizer": false)"))->values.at("prompt_optimizer"),
              boost::json::value(false));
}

TEST(Inputs, TheSmallModelHasNoSize) {
    const auto given = *input_from(input_with(R"json("model": "Pixel S", "size": "Square HD (1:1)")json"));
    EXPECT_FALSE(given.values.contains("size"));
    EXPECT_FALSE(given.values.contains("size"));
    EXPECT_THAT(warning_codes(given), ElementsAre("size_ignored"));
    const auto absent = *input_from(input_with(R"("model": "Pixel S")"));
    EXPECT_FALSE(absent.values.contains("size"));
    EXPECT_THAT(absent.warnings, IsEmpty());
}

TEST(Inputs, UnknownMembersAreNamedInOneWarningAndNotSent) {
    const auto checked = *input_from(input_with(R"("seed": 7, "fps": 30)"));
    ASSERT_THAT(warning_codes(checked), ElementsAre("unknown_input"));
    EXPECT_THAT(checked.warnings.front().message, HasSubstr("seed, fps"));
    EXPECT_EQ(checked.values.size(), 6U);
}

TEST(Inputs, APromptIsNotBlank) {
    for (const auto* blank : {"", "   ", "\\n\\t"}) {
        const auto result =
            input_from(R"({"prompt": ")" + std::string(blank)
                       + R"(", "image": "https://example.com/a.jpg", "negative_prompt": null})");
        ASSERT_FALSE(result) << '"' << blank << '"';
        EXPECT_EQ(result.error().code, ErrorCode::invalid_input);
        EXPECT_EQ(result.error().details.front().path, "/prompt");
    }
}

TEST(Inputs, AnImageIsAnHttpsUrl) {
    const auto image = [](const std::string& url, bool loopback = false) {
        return input_from(R"({"prompt": "p", "image": ")" + url + R"(", "negative_prompt": null})", loopback);
    };
    for (const auto* url : {"", "photo.jpg", "ftp://example.com/a", "http://example.com/a.jpg", "https://",
                            "http://127.0.0.1/a.jpg"}) {
        const auto result = image(url);
        ASSERT_FALSE(result) << url;
        EXPECT_EQ(result.error().code, ErrorCode::invalid_media_url) << url;
        EXPECT_EQ(result.error().details.front().path, "/image");
        EXPECT_EQ(result.error().charged, Charged::no);
    }
    EXPECT_TRUE(image("https://example.com/a.jpg"));
    EXPECT_TRUE(image("http://127.0.0.1/a.jpg", true));
    EXPECT_FALSE(image("http://example.com/a.jpg", true));
}

TEST(Inputs, EveryViolationIsReported) {
    const auto result = input_from(R"({"model": "X", "prompt": 1, "size": 2, "prompt_optimizer": "no"})");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().details.size(), 6U);
    EXPECT_THAT(result.error().message, HasSubstr("and 3 more"));
}

TEST(Inputs, UnreadableTextIsAnInvalidInput) {
    for (const auto* text : {"", "{", "[]", "null", "{} x", R"({"prompt": 1, "prompt": 2})"}) {
        const auto result = input_from(text);
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().code, ErrorCode::invalid_input) << text;
        EXPECT_FALSE(result.error().retryable);
    }
}

TEST(Inputs, TheImageIsTakenAsABrowserTakesIt) {
    const auto image = [](const std::string& url) {
        return input_from(R"({"prompt": "p", "image": ")" + url + R"(", "negative_prompt": null})");
    };
    EXPECT_EQ(image(R"( https://example.com/a.jpg\r\n)")->values.at("image"), "https://example.com/a.jpg");
    EXPECT_EQ(image("https://example.com/my photo.jpg")->values.at("image"),
              "https://example.com/my%20photo.jpg");
    EXPECT_EQ(image(R"(https://example.com/\u00e9t\u00e9.jpg)")->values.at("image"),
              "https://example.com/%C3%A9t%C3%A9.jpg");
    EXPECT_FALSE(image(R"(https://\u00e9t\u00e9.example/a.jpg)")) << "a host must be written in ASCII";
    EXPECT_FALSE(image(R"(https://example.com/\r\nX-Evil: 1)"));
}

TEST(Inputs, ADataUriIsRefusedWithWhatToDo) {
    const auto result = input_from(R"({"prompt": "p", "image": "Data:image/png;base64,)"
                                   + std::string(20'000, 'A') + R"(", "negative_prompt": null})");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::invalid_media_url);
    EXPECT_THAT(result.error().message, HasSubstr("data: URI"));
    EXPECT_THAT(result.error().message, HasSubstr("upload"));
}

TEST(PreparedJob, HasTheBodyThatTheBindingDescribes) {
    auto inputs = testing::example_input();
    inputs["negative_prompt"] = nullptr;
    EXPECT_EQ(*parse_json(prepared(inputs).body), *parse_json(R"json({
        "model": "Pixel M", "prompt": "Clouds moving across sky", "image": "https://example.com/landscape.jpg",
        "negative_prompt": null, "size": "Landscape HD (16:9)", "prompt_optimizer": true})json"));
    inputs.erase("size");
    EXPECT_FALSE(parse_json(prepared(inputs).body)->as_object().contains("size"));
}

TEST(PreparedJob, NamesItsKindAndTheImage) {
    const auto job = prepared(testing::example_input());
    EXPECT_EQ(job.kind, "image_to_video/7:Pixel M/19:Landscape HD (16:9)");
    EXPECT_EQ(job.media_url, "https://example.com/landscape.jpg");
}

TEST(PreparedJob, DigestCoversEveryInput) {
    const auto digest_with = [](std::string_view name, const std::optional<boost::json::value>& value) {
        auto inputs = testing::example_input();
        if (value)
            inputs[name] = *value;
        else
            inputs.erase(name);
        return prepared(inputs).digest;
    };
    const std::set<HexDigest> digests{
        prepared(testing::example_input()).digest, digest_with("model", "Pixel S"),
        digest_with("prompt", "Clouds."),          digest_with("image", "https://example.com/landscape.jpg?"),
        digest_with("negative_prompt", nullptr),   digest_with("negative_prompt", "null"),
        digest_with("size", std::nullopt),         digest_with("prompt_optimizer", false),
        digest_with("prompt_optimizer", nullptr),
    };
    EXPECT_EQ(digests.size(), 9U);
}

// Runs of version 0.1 whose jobs are paid for come back with a checkpoint that holds it.
TEST(PreparedJob, DigestIsThatOfEarlierVersions) {
    EXPECT_EQ(prepared(testing::example_input()).digest.text(),
              "773c8c08988246a8f33a2c877c694e1d4f11d92e9dbfd1f71f12ae37d6c9a8ca");
}

TEST(PreparedJob, DigestTellsNodesApart) {
    auto type = pixelml::image_to_video;
    type.digest_without_action_id = false;
    std::set<HexDigest> digests;
    for (const auto* action_id : {"image_to_video", "image_to_video_v2"}) {
        type.action_id = action_id;
        const Node node(type);
        digests.insert(prepare_job(testing::example_input(), node,
                                   *testing::image_to_video_definition().built_in_binding)
                           .digest);
    }
    digests.insert(prepared(testing::example_input()).digest);
    EXPECT_EQ(digests.size(), 3U);
}

} // namespace
} // namespace job_engine
