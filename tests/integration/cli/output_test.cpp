// What goes to stdout, what to stderr, and the exit codes.
#include "process.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace {

namespace json = boost::json;

TEST(Output, IsTheNodesOutputAlone) {
    const Outcome outcome = workflow_node({"run", "echo", "--set", "text=hi"});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_EQ(outcome.out, "{\"echo\":{\"text\":\"hi\"}}\n");
    EXPECT_EQ(outcome.err, "");
}

TEST(Output, ProgressGoesToStderrOnceAPhase) {
    const Outcome outcome =
        workflow_node({"run", "slow_echo", "--set", "text=hi", "--set", "milliseconds=300"});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_EQ(outcome.out, "{\"echo\":{\"text\":\"hi\",\"milliseconds\":300}}\n");
    EXPECT_NE(outcome.err.find("submitting: Calling into the valley"), std::string::npos);
    EXPECT_EQ(outcome.err.find('\033'), std::string::npos);
    EXPECT_EQ(outcome.err.find('\r'), std::string::npos);
    EXPECT_EQ(workflow_node({"run", "slow_echo", "-q", "--set", "text=hi", "--set", "milliseconds=1"}).err,
              "");
}

TEST(Output, LogsAreShownOnRequest) {
    EXPECT_EQ(workflow_node({"run", "echo", "-v", "--set", "text=hi"}).err, "info: The echo is listening\n");
}

TEST(Output, AFailureLeavesStdoutEmpty) {
    const Outcome outcome = workflow_node({"run", "echo", "--set", "voice=soft"});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find("Invalid Input (invalid_input)"), std::string::npos);
    EXPECT_NE(outcome.err.find("/text: required, but missing"), std::string::npos);
}

TEST(Output, TheDeadlineIsAFailureToRetry) {
    const Outcome outcome = workflow_node(
        {"run", "slow_echo", "--set", "text=hi", "--set", "milliseconds=600000", "-t", "100ms"});
    EXPECT_EQ(outcome.exit_code, 3);
    EXPECT_NE(outcome.err.find("may succeed, after 2 s"), std::string::npos);
    EXPECT_NE(outcome.err.find("echo-1"), std::string::npos);
}

TEST(Output, JsonLinesTellAllThatHappens) {
    TemporaryDirectory directory;
    const Outcome outcome = workflow_node({"run", "slow_echo", "--json", "--checkpoint", directory.file("c"),
                                           "--set", "text=hi", "--set", "milliseconds=300"});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_EQ(outcome.err, "");
    std::vector<std::string> events;
    for (const std::string& line : lines_of(outcome.out)) {
        const json::value event = json::parse(line);
        events.emplace_back(event.at("event").as_string());
        if (events.back() == "checkpoint") {
            EXPECT_EQ(event.at("kept"), true);
        }
    }
    ASSERT_GE(events.size(), 4u);
    EXPECT_EQ(events.front(), "progress");
    EXPECT_NE(std::find(events.begin(), events.end(), "checkpoint"), events.end());
    EXPECT_EQ(std::count(events.begin(), events.end(), "result"), 1);
    const json::value result = json::parse(lines_of(outcome.out).back());
    EXPECT_EQ(result.at("event"), "result");
    EXPECT_EQ(result.at("outcome"), "succeeded");
    EXPECT_EQ(result.at("output").at("echo").at("text"), "hi");
}

TEST(Output, JsonLinesTellTheError) {
    const Outcome outcome = workflow_node({"run", "echo", "--json"});
    EXPECT_EQ(outcome.exit_code, 1);
    const json::value result = json::parse(lines_of(outcome.out).back());
    EXPECT_EQ(result.at("outcome"), "failed");
    EXPECT_EQ(result.at("error").at("code"), "invalid_input");
    EXPECT_EQ(result.at("error").at("details").at(0).at("path"), "/text");
}

TEST(Output, AReaderThatIsGoneIsNoCrash) {
    Process::Options options;
    options.standard_output = Process::Stdout::closed;
    const Outcome outcome = workflow_node({"run", "echo", "--set", "text=hi"}, options);
    EXPECT_EQ(outcome.exit_code, 141);
    EXPECT_NE(outcome.err.find("{\"echo\":{\"text\":\"hi\"}}"), std::string::npos); // not lost
    EXPECT_EQ(workflow_node({"describe", "echo"}, options).exit_code, 141);
    EXPECT_EQ(workflow_node({"--help"}, options).exit_code, 141);
}

TEST(Output, AReaderThatLeavesEndsTheRun) {
    Process::Options options;
    options.standard_output = Process::Stdout::closed;
    const Outcome outcome = workflow_node(
        {"run", "slow_echo", "--json", "--set", "text=hi", "--set", "milliseconds=600000"}, options);
    EXPECT_EQ(outcome.exit_code, 141);
}

TEST(Output, ListDescribeAndValidate) {
    const Outcome list = workflow_node({"list"});
    EXPECT_EQ(list.exit_code, 0);
    EXPECT_EQ(lines_of(list.out).size(), 2u);
    EXPECT_EQ(json::parse(workflow_node({"list", "--json"}).out).as_array().size(), 2u);

    const json::value described = json::parse(workflow_node({"describe", "slow_echo", "--json"}).out);
    EXPECT_TRUE(described.at("input_schema").at("properties").as_object().contains("milliseconds"));
    EXPECT_NE(workflow_node({"describe", "slow_echo"}).out.find("Connection"), std::string::npos);

    const Outcome valid = workflow_node({"validate", "echo", "--set", "text=hi"});
    EXPECT_EQ(valid.exit_code, 0);
    EXPECT_EQ(valid.out, "valid\n");
    const Outcome invalid = workflow_node({"validate", "echo"});
    EXPECT_EQ(invalid.exit_code, 1);
    EXPECT_EQ(invalid.out, "");
    EXPECT_NE(invalid.err.find("/text"), std::string::npos);
    EXPECT_EQ(json::parse(workflow_node({"validate", "echo", "--json"}).out).at("valid"), false);
}

} // namespace
