#include "posix/usage_error.hpp"
#include "request/input_source.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

const char schema[] = R"({"type":"object","required":["text"],"properties":{
    "text":{"type":"string"},
    "note":{"anyOf":[{"type":"string"},{"type":"null"}]},
    "count":{"type":"integer"},
    "size":{"type":"number"},
    "loud":{"anyOf":[{"type":"boolean"},{"type":"null"}],"default":true},
    "tags":{"type":"array"},
    "mode":{"enum":["a",2]},
    "any":{}}})";

std::string set(const std::string& assignment) {
    return build_input(std::nullopt, {assignment}, schema);
}

std::string problem(const std::optional<std::string>& base, const std::vector<std::string>& assignments) {
    try {
        return "no problem: " + build_input(base, assignments, schema);
    } catch (const UsageError& error) {
        return error.what();
    }
}

TEST(InputSource, TextStaysText) {
    EXPECT_EQ(set("text=hi"), R"({"text":"hi"})");
    EXPECT_EQ(set("text=12"), R"({"text":"12"})");
    EXPECT_EQ(set("text=true"), R"({"text":"true"})");
    EXPECT_EQ(set("text=null"), R"({"text":"null"})");
    EXPECT_EQ(set("text="), R"({"text":""})");
    EXPECT_EQ(set("text=a=b \"c\""), R"({"text":"a=b \"c\""})");
}

TEST(InputSource, OtherTypesAreReadAsTheSchemaSays) {
    EXPECT_EQ(set("note=null"), R"({"note":null})");
    EXPECT_EQ(set("note=nothing"), R"({"note":"nothing"})");
    EXPECT_EQ(set("count=-3"), R"({"count":-3})");
    EXPECT_EQ(set("size=3"), R"({"size":3})");
    EXPECT_EQ(set("loud=false"), R"({"loud":false})");
    EXPECT_EQ(set("loud=null"), R"({"loud":null})");
    EXPECT_EQ(set("tags=[1,\"x\"]"), R"({"tags":[1,"x"]})");
    EXPECT_EQ(set("mode=2"), R"({"mode":2})");
    EXPECT_EQ(set("mode=a"), R"({"mode":"a"})");
    EXPECT_EQ(set("any={\"a\":1}"), R"({"any":{"a":1}})");
    EXPECT_EQ(set("any=word"), R"({"any":"word"})");
}

TEST(InputSource, AWrongTypeSaysWhatIsExpected) {
    EXPECT_EQ(problem({}, {"count=1.5"}), "--set count: expects a whole number, not \"1.5\"");
    EXPECT_EQ(problem({}, {"loud=yes"}), "--set loud: expects true or false or null, not \"yes\"");
    EXPECT_EQ(problem({}, {"tags=x"}), "--set tags: expects a JSON array, not \"x\"");
}

TEST(InputSource, AnUnknownNameListsTheKnownOnes) {
    EXPECT_EQ(problem({}, {"txet=hi"}), "--set: the node has no input \"txet\". Did you mean \"text\"?\n"
                                        "Its inputs are: text, note, count, size, loud, tags, mode, any.");
    EXPECT_EQ(problem({}, {"text"}), "--set takes name=value, not \"text\"");
    EXPECT_EQ(problem({}, {"=x"}), "--set takes name=value, not \"=x\"");
}

TEST(InputSource, AFileIsPassedOnAsItIs) {
    EXPECT_EQ(build_input("{\"a\":1,\"a\":2} junk", {}, schema), "{\"a\":1,\"a\":2} junk");
    EXPECT_EQ(build_input(std::nullopt, {}, schema), "{}");
}

TEST(InputSource, AssignmentsGoIntoTheFile) {
    EXPECT_EQ(build_input(R"({"text":"a","other":1})", {"text=b", "count=1", "text=c"}, schema),
              R"({"text":"c","other":1,"count":1})");
    EXPECT_EQ(problem("[]", {"text=b"}),
              "the input is not a JSON object, so --set has nowhere to put its value");
    EXPECT_EQ(problem("{", {"text=b"}).rfind("the input is not JSON", 0), 0u);
}

} // namespace
} // namespace cli
