#include "batch/batch_line.hpp"
#include "batch/ordered_output.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace cli {
namespace {

BatchLine read(const std::string& text) {
    TextLine line;
    line.number = 1;
    line.text = text;
    return read_batch_line(line);
}

TEST(BatchLine, IsAnInput) {
    const BatchLine line = read(R"({ "text": "a", "input": {} })");
    EXPECT_EQ(line.problem, "");
    EXPECT_EQ(line.input, R"({ "text": "a", "input": {} })"); // to the byte
    EXPECT_FALSE(line.run_key);
}

TEST(BatchLine, MayNameItsRun) {
    const BatchLine line = read(R"({"run_key":"k","input":{"text":"a"}})");
    EXPECT_EQ(line.problem, "");
    EXPECT_EQ(line.run_key, "k");
    EXPECT_EQ(line.input, R"({"text":"a"})");
    // An input that happens to have such members.
    EXPECT_FALSE(read(R"({"run_key":"k","input":{},"text":"a"})").run_key);
    EXPECT_FALSE(read(R"({"run_key":"k"})").run_key);
}

TEST(BatchLine, SaysWhatIsWrong) {
    for (const char* text : {"{", "nonsense", "5", "[]", "\"x\"", "{} {}", R"({"run_key":"","input":{}})",
                             R"({"run_key":5,"input":{}})", R"({"run_key":"k","input":[]})",
                             R"({"run_key":"a\u0000b","input":{}})"})
        EXPECT_NE(read(text).problem, "") << text;
    EXPECT_NE(read(R"({"run_key":")" + std::string(513, 'k') + R"(","input":{}})").problem, "");
    EXPECT_EQ(read(R"({"run_key":")" + std::string(512, 'k') + R"(","input":{}})").problem, "");
    TextLine too_long;
    too_long.too_long = true;
    EXPECT_NE(read_batch_line(too_long).problem.find("4096 KiB"), std::string::npos);
}

TEST(BatchLine, MayBeBlank) {
    EXPECT_TRUE(is_blank(" \t\r"));
    EXPECT_TRUE(is_blank(""));
    EXPECT_FALSE(is_blank(" x"));
}

TEST(ResultLine, HasTheOutputOrTheError) {
    wfn::Result result;
    result.outcome = wfn::Outcome::succeeded;
    result.output_json = "{\n\"video\":1e400}";
    EXPECT_EQ(result_line(3, "k", result),
              "{\"line\":3,\"run_key\":\"k\",\"outcome\":\"succeeded\",\"output\":{\"video\":1e400}}\n");
    result = {};
    result.error.emplace();
    result.error->json = R"({"code":"x"})";
    EXPECT_EQ(result_line(0, "k", result),
              "{\"run_key\":\"k\",\"outcome\":\"failed\",\"error\":{\"code\":\"x\"}}\n");
    const boost::json::value line = boost::json::parse(problem_line(7, "", "malformed_line", "no\nJSON"));
    EXPECT_EQ(line.at("line"), 7);
    EXPECT_TRUE(line.at("run_key").is_null());
    EXPECT_EQ(line.at("error").at("charged"), "no");
}

TEST(OrderedOutput, GivesEachInItsTurn) {
    OrderedOutput output;
    EXPECT_EQ(output.add(2, "c"), "");
    EXPECT_EQ(output.add(1, "b"), "");
    EXPECT_EQ(output.held(), 2u);
    EXPECT_EQ(output.next(), 0);
    EXPECT_EQ(output.add(0, "a"), "abc");
    EXPECT_EQ(output.held(), 0u);
    EXPECT_EQ(output.add(3, ""), "");
    EXPECT_EQ(output.next(), 4);
    EXPECT_EQ(output.add(4, "e"), "e");
}

} // namespace
} // namespace cli
