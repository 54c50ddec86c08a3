#include "job/flow_story.hpp"
#include "nodes/input.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pixelml {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Result<CheckedInput> input_from(std::string_view text, bool loopback = false) {
    return read_input(text, testing::definitions().input, loopback);
}

// The three required inputs and these.
std::string input_with(const std::string& more) {
    return R"({"prompt": "Clouds moving", "image": "https://example.com/a.jpg", "negative_prompt": "static")"
           + (more.empty() ? "" : ", " + more) + "}";
}

std::vector<std::string> warning_codes(const CheckedInput& checked) {
    std::vector<std::string> codes;
    for (const auto& warning : checked.warnings)
        codes.push_back(warning.code);
    return codes;
}

TEST(Input, HasTheSchemasDefaults) {
    const auto checked = *input_from(input_with(""));
    EXPECT_EQ(checked.input.model, "Pixel M");
    EXPECT_EQ(checked.input.size, "Landscape HD (16:9)");
    EXPECT_EQ(checked.input.prompt_optimizer, true);
    EXPECT_THAT(checked.warnings, IsEmpty());
}

TEST(Input, TakesDefaultsFromTheSchemaAndNotFromTheCode) {
    const Schema schema(R"({"properties": {"model": {"default": "Pixel M"}, "size": {"default": "Tiny"},
                            "prompt_optimizer": {"default": false}}})");
    const auto checked = *read_input(input_with(""), schema, false);
    EXPECT_EQ(checked.input.size, "Tiny");
    EXPECT_EQ(checked.input.prompt_optimizer, false);
}

TEST(Input, NegativePromptIsRequiredButMayBeNull) {
    const auto absent = input_from(R"({"prompt": "p", "image": "https://example.com/a.jpg"})");
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().code, ErrorCode::invalid_input);
    EXPECT_THAT(absent.error().details, ElementsAre(Violation{"/negative_prompt", "is required"}));
    const auto null =
        *input_from(R"({"prompt": "p", "image": "https://example.com/a.jpg", "negative_prompt": null})");
    EXPECT_TRUE(values_by_name(null.input).at("negative_prompt").is_null());
}

TEST(Input, ANullPromptOptimizerStaysNull) {
    const auto checked = *input_from(input_with(R"("prompt_optimizer": null)"));
    EXPECT_TRUE(values_by_name(checked.input).at("prompt_optimizer").is_null());
    EXPECT_EQ(
        values_by_name(input_from(input_with(R"("prompt_optimizer": false)"))->input).at("prompt_optimizer"),
        boost::json::value(false));
}

TEST(Input, TheSmallModelHasNoSize) {
    const auto given = *input_from(input_with(R"json("model": "Pixel S", "size": "Square HD (1:1)")json"));
    EXPECT_FALSE(given.input.size);
    EXPECT_FALSE(values_by_name(given.input).contains("size"));
    EXPECT_THAT(warning_codes(given), ElementsAre("size_ignored"));
    const auto absent = *input_from(input_with(R"("model": "Pixel S")"));
    EXPECT_FALSE(absent.input.size);
    EXPECT_THAT(absent.warnings, IsEmpty());
}

TEST(Input, UnknownMembersAreNamedInOneWarningAndNotSent) {
    const auto checked = *input_from(input_with(R"("seed": 7, "fps": 30)"));
    ASSERT_THAT(warning_codes(checked), ElementsAre("unknown_input"));
    EXPECT_THAT(checked.warnings.front().message, HasSubstr("seed, fps"));
    EXPECT_EQ(values_by_name(checked.input).size(), 6U);
}

TEST(Input, APromptIsNotBlank) {
    for (const auto* blank : {"", "   ", "\\n\\t"}) {
        const auto result =
            input_from(R"({"prompt": ")" + std::string(blank)
                       + R"(", "image": "https://example.com/a.jpg", "negative_prompt": null})");
        ASSERT_FALSE(result) << '"' << blank << '"';
        EXPECT_EQ(result.error().code, ErrorCode::invalid_input);
        EXPECT_EQ(result.error().details.front().path, "/prompt");
    }
}

TEST(Input, AnImageIsAnHttpsUrl) {
    const auto image = [](const std::string& url, bool loopback = false) {
        return input_from(R"({"prompt": "p", "image": ")" + url + R"(", "negative_prompt": null})", loopback);
    };
    for (const auto* url : {"", "photo.jpg", "ftp://example.com/a", "http://example.com/a.jpg", "https://",
                            "http://127.0.0.1/a.jpg"}) {
        const auto result = image(url);
        ASSERT_FALSE(result) << url;
        EXPECT_EQ(result.error().code, ErrorCode::invalid_image_url) << url;
        EXPECT_EQ(result.error().details.front().path, "/image");
        EXPECT_EQ(result.error().charged, Charged::no);
    }
    EXPECT_TRUE(image("https://example.com/a.jpg"));
    EXPECT_TRUE(image("http://127.0.0.1/a.jpg", true));
    EXPECT_FALSE(image("http://example.com/a.jpg", true));
}

TEST(Input, EveryViolationIsReported) {
    const auto result = input_from(R"({"model": "X", "prompt": 1, "size": 2, "prompt_optimizer": "no"})");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().details.size(), 6U);
    EXPECT_THAT(result.error().message, HasSubstr("and 3 more"));
}

TEST(Input, UnreadableTextIsAnInvalidInput) {
    for (const auto* text : {"", "{", "[]", "null", "{} x", R"({"prompt": 1, "prompt": 2})"}) {
        const auto result = input_from(text);
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().code, ErrorCode::invalid_input) << text;
        EXPECT_FALSE(result.error().retryable);
    }
}

TEST(Input, TheImageIsTakenAsABrowserTakesIt) {
    const auto image = [](const std::string& url) {
        return input_from(R"({"prompt": "p", "image": ")" + url + R"(", "negative_prompt": null})");
    };
    EXPECT_EQ(image(R"( https://example.com/a.jpg\r\n)")->input.image, "https://example.com/a.jpg");
    EXPECT_EQ(image("https://example.com/my photo.jpg")->input.image, "https://example.com/my%20photo.jpg");
    EXPECT_EQ(image(R"(https://example.com/\u00e9t\u00e9.jpg)")->input.image,
              "https://example.com/%C3%A9t%C3%A9.jpg");
    EXPECT_FALSE(image(R"(https://\u00e9t\u00e9.example/a.jpg)")) << "a host must be written in ASCII";
    EXPECT_FALSE(image(R"(https://example.com/\r\nX-Evil: 1)"));
}

TEST(Input, ADataUriIsRefusedWithWhatToDo) {
    const auto result = input_from(R"({"prompt": "p", "image": "Data:image/png;base64,)"
                                   + std::string(20'000, 'A') + R"(", "negative_prompt": null})");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::invalid_image_url);
    EXPECT_THAT(result.error().message, HasSubstr("data: URI"));
    EXPECT_THAT(result.error().message, HasSubstr("upload"));
}

} // namespace
} // namespace pixelml
