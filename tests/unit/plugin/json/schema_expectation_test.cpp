#include "job/flow_story.hpp"
#include "json/json_text.hpp"
#include "json/schema_expectation.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace job_engine {
namespace {

std::string expectation(std::string_view schema, const std::vector<std::string>& path) {
    return schema_expectation(parse_json(schema)->as_object(), path);
}

TEST(SchemaExpectation, NamesTheType) {
    EXPECT_EQ(expectation(R"({"type": "object"})", {}), "must be an object");
    EXPECT_EQ(expectation(R"({"properties": {"a": {"type": "boolean"}}})", {"a"}), "must be true or false");
}

TEST(SchemaExpectation, NamesEveryAlternative) {
    EXPECT_EQ(expectation(R"({"anyOf": [{"type": "string"}, {"type": "null"}]})", {}),
              "must be a string or null");
}

TEST(SchemaExpectation, NamesTheChoices) {
    EXPECT_EQ(schema_expectation(testing::image_to_video_node().input.document(),
                                 std::vector<std::string>{"model"}),
              R"(must be one of "Pixel M", "Pixel S")");
    EXPECT_EQ(expectation(R"({"oneOf": [{"const": "x", "title": "The X"}, {"const": 2}, true]})", {}),
              R"(must be one of "x", 2)");
}

TEST(SchemaExpectation, NamesTheLimits) {
    EXPECT_EQ(expectation(R"({"type": "integer", "minimum": 1, "maximum": 1024})", {}),
              "must be an integer from 1 to 1024");
    EXPECT_EQ(expectation(R"({"type": "string", "minLength": 1})", {}), "must be a string that is not empty");
    EXPECT_EQ(expectation(R"({"type": "string", "minLength": 1, "maxLength": 9})", {}),
              "must be a string of 1 to 9 characters");
}

TEST(SchemaExpectation, FollowsReferencesItemsAndFurtherMembers) {
    const auto* schema = R"({"definitions": {"word": {"type": "string"}},
        "properties": {"words": {"items": {"$ref": "#/definitions/word"}}},
        "additionalProperties": {"type": "number"}})";
    EXPECT_EQ(expectation(schema, {"words", "3"}), "must be a string");
    EXPECT_EQ(expectation(schema, {"other"}), "must be a number");
}

TEST(SchemaExpectation, IsEmptyWhereTheSchemaSaysNothing) {
    EXPECT_EQ(expectation("{}", {}), "");
    EXPECT_EQ(expectation(R"({"properties": {}})", {"a", "b"}), "");
    EXPECT_EQ(expectation(R"({"$ref": "#/definitions/none"})", {}), "");
}

} // namespace
} // namespace job_engine
