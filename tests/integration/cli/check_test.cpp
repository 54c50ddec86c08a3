// workflow-node check: modules with one fault each, and those that have none.
#include "process.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <job_service.hpp>
#include <map>

namespace {

namespace json = boost::json;

using Outcomes = std::map<std::string, std::string>; // of each test

Outcomes outcomes_of(const std::string& lines) {
    Outcomes outcomes;
    for (const std::string& line : lines_of(lines)) {
        const json::value event = json::parse(line);
        if (event.at("event") == "test")
            outcomes[std::string(event.at("test").as_string())] = event.at("outcome").as_string();
    }
    return outcomes;
}

std::string names(const Outcomes& outcomes, const std::string& outcome) {
    std::string all;
    for (const auto& [test, one] : outcomes)
        if (one == outcome)
            all += (all.empty() ? "" : " ") + test;
    return all;
}

std::string private_file(const TemporaryDirectory& directory, const std::string& text) {
    std::string path = directory.file("connection.json");
    write_text(path, text);
    chmod(path.c_str(), 0600);
    return path;
}

std::vector<std::string> check_of(const std::string& module, const std::string& action,
                                  const std::string& connection) {
    return {"check",     module, action,  "--connection", connection, "--json",
            "--timeout", "2s",   "--set", "text=hi",      "--set",    "milliseconds=300"};
}

struct Fault {
    const char* module;
    const char* action;
    const char* failed; // the tests that fail, in the order of their names
};

class BrokenModule : public testing::TestWithParam<Fault> {};

TEST_P(BrokenModule, IsFound) {
    const Fault& fault = GetParam();
    TemporaryDirectory directory;
    const std::string connection = private_file(directory, "{\"api_key\":\"sesame\"}");
    const std::string module = std::string(BROKEN_MODULES "/broken_") + fault.module + ".so";
    const Outcome outcome = workflow_node(check_of(module, fault.action, connection));
    EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
    EXPECT_EQ(names(outcomes_of(outcome.out), "failed"), fault.failed) << outcome.out;
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Check, BrokenModule, testing::Values(
    Fault{"lost_completion", "echo",
          "cancel-early close-live collect-only complete-once error-codes fork handles input-valid release-early"
          " release-in-complete unload wrong-thread"},
    Fault{"double_completion", "slow_echo",
          "cancel-early checkpoint-answers close-live collect-only complete-once error-codes release-early"
          " release-in-complete resume"},
    Fault{"completion_inside_execute", "echo",
          "cancel-early close-live collect-only error-codes execute-stack release-early release-in-complete"
          " wrong-thread"},
    Fault{"lost_wake_up", "slow_echo", "cancel cancel-early"},
    Fault{"no_suspend", "slow_echo", "suspend"},
    Fault{"thread_after_close", "slow_echo", "close-threads threads unload"},
    Fault{"huge_checkpoint", "slow_echo", "checkpoint-form"},
    Fault{"output_against_schema", "slow_echo", "output"},
    Fault{"handle_after_release", "slow_echo", "release-early"},
    Fault{"crash_on_garbage", "slow_echo", "fork handles release-early"},
    Fault{"code_not_listed", "slow_echo", "error-codes"},
    Fault{"submits_when_collecting", "slow_echo", "collect-only"},
    Fault{"takes_any_flag", "slow_echo", "unknown-flags"},
    Fault{"stays_loaded", "slow_echo", "unload"},
    Fault{"title_with_escape", "echo", "table"},
    Fault{"description_no_utf8", "echo", "table"},
    Fault{"example_no_object", "echo", "table"}
), [](const testing::TestParamInfo<Fault>& fault) { return std::string(fault.param.module); });
// clang-format on

TEST(Check, SaysWhatIsWrongWithASchemaAndGoesOn) {
    for (const auto& [module, said] :
         {std::pair("schema_unknown_type", "Unrecognised JSON type name 'strng'"),
          std::pair("schema_endless", "leads only to itself")}) {
        const Outcome outcome =
            workflow_node({"check", BROKEN_MODULES "/broken_" + std::string(module) + ".so", "echo", "--set",
                           "text=hi", "--json"});
        EXPECT_EQ(names(outcomes_of(outcome.out), "failed"), "output table");
        EXPECT_NE(outcome.out.find(said), std::string::npos) << outcome.out;
    }
}

TEST(Check, PassesTheExampleModule) {
    TemporaryDirectory directory;
    const std::string connection = private_file(directory, "{\"api_key\":\"sesame\"}");
    for (const char* action : {"echo", "slow_echo"}) {
        const Outcome outcome = workflow_node(check_of(EXAMPLE_MODULE, action, connection));
        EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
        const Outcomes outcomes = outcomes_of(outcome.out);
        EXPECT_EQ(names(outcomes, "failed"), "");
        // Neither asks for files. In C there is nothing to catch with; echo ends at once and gives no
        // checkpoint, and that of slow_echo comes before its submit.
        EXPECT_EQ(names(outcomes, "skipped"),
                  action == std::string("echo")
                      ? "attach cancel checkpoint-answers checkpoint-form checkpoint-refused file-refused"
                        " file-unasked resume suspend throwing"
                      : "attach file-refused file-unasked resume throwing");
    }
}

TEST(Check, PassesANodeThatRunsBeforeItsFirstCheckpoint) {
    const Outcome outcome = workflow_node({"check", SOUND_NODES, "--json"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
    const Outcomes outcomes = outcomes_of(outcome.out);
    EXPECT_EQ(names(outcomes, "failed"), "") << outcome.out;
    EXPECT_EQ(names(outcomes, "skipped"), "attach file-refused file-unasked") << outcome.out;
    // What costs nothing is really gone on with, once.
    EXPECT_NE(outcome.out.find("\"from 1 of 10: succeeded\""), std::string::npos) << outcome.out;
}

TEST(Check, PassesTheModuleOfThisProject) {
    test_support::Script script;
    script.is_done = [](const test_support::Job& job) { return job.polls >= 1; };
    test_support::JobService service(script);
    TemporaryDirectory directory;
    const std::string connection = private_file(
        directory, "{\"api_key\":\"secret-key-1\",\"allow_insecure_loopback\":true,\"base_url\":\""
                       + service.base_url() + "\"}");
    write_text(directory.file("input.json"),
               R"({"prompt":"a pan","negative_prompt":null,"image":"https://example.test/still.jpg"})");
    const Outcome outcome = workflow_node({"check", PIXELML_NODES, "--input", directory.file("input.json"),
                                           "--connection", connection, "--json", "--timeout", "30s"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
    EXPECT_EQ(names(outcomes_of(outcome.out), "skipped"), "") << outcome.out;
    EXPECT_EQ(outcome.out.find("secret-key-1"), std::string::npos);
    // As many as --help says that it pays for.
    EXPECT_LE(service.jobs(), 10u);
}

TEST(Check, PaysForNothingThatIsNotNamed) {
    // The variable of the connection is set for every test of this file.
    const Outcome outcome = workflow_node({"check", EXAMPLE_MODULE, "slow_echo"});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_NE(outcome.err.find("may cost money"), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find("--connection FILE"), std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.out, "");
}

TEST(Check, IsReadableAndSaysWhatToDo) {
    const Outcome outcome =
        workflow_node({"check", std::string(BROKEN_MODULES "/broken_output_against_schema.so"), "echo",
                       "--set", "text=hi"});
    EXPECT_EQ(outcome.exit_code, 1);
    for (const std::string& line : lines_of(outcome.out))
        EXPECT_LE(line.size(), 80u) << line;
    EXPECT_NE(outcome.out.find("output              failed   the output breaks"), std::string::npos)
        << outcome.out;
    EXPECT_NE(outcome.out.find("To do:   correct the output, or its schema"), std::string::npos)
        << outcome.out;
    EXPECT_NE(outcome.out.find("1 failed"), std::string::npos) << outcome.out;
}

TEST(Check, AnInputThatTheNodeDoesNotTakeIsSaid) {
    const Outcome outcome = workflow_node({"check", EXAMPLE_MODULE, "echo", "--set", "voice=soft"});
    EXPECT_EQ(outcome.exit_code, 2) << outcome.out;
    EXPECT_NE(outcome.err.find("--input FILE"), std::string::npos) << outcome.err;
}

TEST(Check, AModuleThatCannotBeLoadedIsExitCode5) {
    for (const char* module :
         {MODULE_WITHOUT_ENTRY, MODULE_OF_ANOTHER_ABI, MODULE_INCOMPLETE, "/nonexistent/m.so"}) {
        const Outcome outcome = workflow_node({"check", module, "echo"});
        EXPECT_EQ(outcome.exit_code, 5) << module;
        EXPECT_EQ(outcome.out, "");
        EXPECT_NE(outcome.err, "");
    }
}

} // namespace
