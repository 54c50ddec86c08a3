#include "job/flow_story.hpp"
#include "json/json_text.hpp"
#include "json/validator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace job_engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

std::vector<std::string> paths(const Schema& schema, std::string_view text) {
    std::vector<std::string> out;
    for (const auto& detail : schema.validate(*parse_json(text)))
        out.push_back(detail.path);
    return out;
}

TEST(Validator, AcceptsWhatConforms) {
    const auto& schema = testing::image_to_video_node().input;
    EXPECT_THAT(paths(schema, R"({"prompt": "p", "image": "i", "negative_prompt": null})"), IsEmpty());
    EXPECT_THAT(paths(schema, R"({"prompt": "p", "image": "i", "negative_prompt": "n", "more": 1})"),
                IsEmpty());
}

TEST(Validator, ReportsEveryViolationWithItsPath) {
    const auto& schema = testing::image_to_video_node().input;
    EXPECT_THAT(paths(schema, R"({"model": "Pixel X", "prompt": 1, "prompt_optimizer": "yes"})"),
                UnorderedElementsAre("/model", "/prompt", "/prompt_optimizer", "/image", "/negative_prompt"));
}

TEST(Validator, ReportsAPlaceOnce) {
    const auto& schema = testing::image_to_video_node().input;
    EXPECT_THAT(paths(schema, R"({"prompt": "p", "image": "i", "negative_prompt": 7})"),
                ElementsAre("/negative_prompt"));
}

TEST(Validator, NamesTheRootWhereTheWholeIsWrong) {
    const auto& schema = testing::image_to_video_node().input;
    EXPECT_THAT(paths(schema, "[]"), ElementsAre(""));
    EXPECT_THAT(paths(schema, "null"), ElementsAre(""));
}

TEST(Validator, ReportsTheDeepestPathFirst) {
    const Schema schema(
        R"({"properties": {"a": {"properties": {"b": {"type": "string"}}}, "c": {"type": "null"}}})");
    EXPECT_THAT(paths(schema, R"({"c": 1, "a": {"b": 1}})"), ElementsAre("/a/b", "/c"));
}

TEST(Validator, EscapesMemberNamesInPointers) {
    const Schema schema(R"({"properties": {"x/y~z": {"type": "string"}, "a/b": {}}, "required": ["a/b"],
                            "additionalProperties": false})");
    EXPECT_THAT(paths(schema, R"({"x/y~z": 1})"), UnorderedElementsAre("/x~1y~0z", "/a~1b"));
    EXPECT_THAT(paths(schema, R"({"a/b": 1, "it's": 2})"), ElementsAre("/it's"));
}

TEST(Validator, SaysWhatWouldBeRight) {
    const auto details =
        testing::image_to_video_node().input.validate(*parse_json(R"({"prompt": 1, "image": "i"})"));
    ASSERT_EQ(details.size(), 2U);
    EXPECT_THAT(details, ::testing::UnorderedElementsAre(Violation{"/prompt", "must be a string"},
                                                         Violation{"/negative_prompt", "is required"}));
}

TEST(Validator, NeverRepeatsAValue) {
    const auto& all = testing::definitions();
    for (const auto& detail :
         all.connection.validate(*parse_json(R"({"api_key": ["s3cret"], "max_running": "s3cret"})")))
        EXPECT_THAT(detail.message, Not(HasSubstr("s3cret")));
}

TEST(Validator, ThrowsInsteadOfAbortingOnABadSchema) {
    EXPECT_THROW(Schema(R"({"$ref": "#/definitions/none"})"), std::exception);
    EXPECT_THROW(Schema("[]"), std::exception);
    EXPECT_THROW(Schema("{"), std::exception);
}

} // namespace
} // namespace job_engine
