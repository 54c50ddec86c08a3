#include "json/json_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace job_engine {
namespace {

using ::testing::HasSubstr;

std::string fault_of(std::string_view text) {
    const auto parsed = parse_json(text);
    return parsed ? "none" : parsed.error().message;
}

std::string nested(int depth) {
    return std::string(static_cast<std::size_t>(depth), '[')
           + std::string(static_cast<std::size_t>(depth), ']');
}

TEST(JsonText, ReadsAnObject) {
    const auto value = *parse_json(R"({"a": [1, "x", null, true, 2.5]})");
    EXPECT_EQ(value.as_object().at("a").as_array().size(), 5U);
}

TEST(JsonText, RefusesWhatFollowsTheText) {
    EXPECT_THAT(fault_of("{} {}"), HasSubstr("follows"));
    EXPECT_THAT(fault_of("{}x"), HasSubstr("follows"));
    EXPECT_EQ(fault_of("{} \n"), "none");
}

TEST(JsonText, RefusesHalfTexts) {
    EXPECT_THAT(fault_of(""), HasSubstr("ends too early"));
    EXPECT_THAT(fault_of(R"({"a": )"), HasSubstr("ends too early"));
}

TEST(JsonText, RefusesAKeyThatStandsTwice) {
    EXPECT_THAT(fault_of(R"({"a": 1, "b": 2, "a": 3})"), HasSubstr("\"a\" appears twice"));
    EXPECT_THAT(fault_of(R"({"x": [{"a": 1, "\u0061": 2}]})"), HasSubstr("\"a\" appears twice"));
    EXPECT_EQ(fault_of(R"({"a": {"a": 1}, "b": {"a": 1}, "c": [{"a": 1}, {"a": 2}]})"), "none");
    EXPECT_THAT(fault_of(R"({"a": {"b": 1, "c": 2}, "a": 3})"), HasSubstr("\"a\" appears twice"));
    EXPECT_THAT(fault_of(R"({"a\\\"" : 1, "a\\\"":2})"), HasSubstr("appears twice"));
}

TEST(JsonText, TakesNoTextForAKey) {
    for (const auto* text : {R"({"a": "b\": ", "c": "\\", "d": ["\\\"", ":", {"e": ": "}]})", R"(["a", ":"])",
                             R"(":")", "{}", "17", R"({"a"
                             : 1, "b"	:2})"})
        EXPECT_EQ(fault_of(text), "none") << text;
}

TEST(JsonText, RefusesInvalidUtf8) {
    EXPECT_NE(fault_of("\"\xff\""), "none");
    EXPECT_NE(fault_of("\"\xc3\""), "none");
    EXPECT_NE(fault_of("\"\xed\xa0\x80\""), "none");     // a surrogate
    EXPECT_NE(fault_of("\"\xc0\xaf\""), "none");         // an overlong /
    EXPECT_EQ(fault_of("\"\xf0\x9f\x8e\xac\""), "none"); // a clapper board
}

TEST(JsonText, IsAtMost32LevelsDeep) {
    EXPECT_EQ(fault_of(nested(32)), "none");
    EXPECT_THAT(fault_of(nested(33)), HasSubstr("32 levels"));
    EXPECT_NE(fault_of(std::string(10'000, '[')), "none");
    EXPECT_NE(fault_of(nested(100'000)), "none");
}

TEST(JsonText, IsAtMostOneMebibyte) {
    const std::string text(max_json_bytes - 2, 'x');
    EXPECT_EQ(fault_of('"' + text + '"'), "none");
    EXPECT_THAT(fault_of('"' + text + "y\""), HasSubstr("1 MiB"));
}

TEST(JsonText, RefusesWhatIsOnlyNearlyJson) {
    for (const auto* text :
         {"{'a': 1}", "{\"a\": 1,}", "// c\n{}", "NaN", "Infinity", "01", "+1", "\"\t\"", "{a: 1}"})
        EXPECT_NE(fault_of(text), "none") << text;
}

TEST(JsonText, TakesAWholeNumberForAnInteger) {
    EXPECT_TRUE(parse_json("1.0")->is_int64());
    EXPECT_TRUE(parse_json("1e3")->is_int64());
    EXPECT_TRUE(parse_json("[[-2.0]]")->as_array().at(0).as_array().at(0).is_int64());
    EXPECT_TRUE(parse_json(R"({"a": 3.00})")->as_object().at("a").is_int64());
    EXPECT_TRUE(parse_json("1.5")->is_double());
    EXPECT_TRUE(parse_json("1e300")->is_double());
}

TEST(JsonText, NeverRepeatsAValue) {
    EXPECT_THAT(fault_of(R"({"api_key": "secret" "x"})"), ::testing::Not(HasSubstr("secret")));
}

TEST(JsonText, NamesTheMemberWithHalfACharacter) {
    EXPECT_THAT(fault_of(R"({"a": 1, "prompt": "film \ud83c"})"),
                HasSubstr("\"prompt\" has half of a character"));
    EXPECT_THAT(fault_of(R"({"prompt": "\udfac"})"), HasSubstr("\"prompt\""));
    EXPECT_EQ(fault_of(R"({"prompt": "\ud83c\udfac"})"), "none");
}

} // namespace
} // namespace job_engine
