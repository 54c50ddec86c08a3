// Modules that answer against the boundary: each command ends with one of its exit codes and a sentence that
// blames the module, and the journal keeps no lie.
#include "journal_listing.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>

namespace {

namespace json = boost::json;

struct Bad {
    const char* module;
    int exit_code;
    const char* said;  // part of stderr
    const char* state; // in the journal; "": there is none
    enum Kept { dropped, kept, either } checkpoint;
};

// Without line breaks and the indents behind them.
std::string unwrapped(const std::string& text) {
    std::string plain;
    for (const char c : text) {
        const bool space = c == ' ' || c == '\n';
        if (!space || plain.empty() || plain.back() != ' ')
            plain += space ? ' ' : c;
    }
    return plain;
}

bool is_clean(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return c == '\n' || (byte >= 0x20 && byte != 0x7F);
    });
}

std::string path_of(const std::string& module) {
    return BROKEN_MODULES "/bad_" + module + ".so";
}

std::vector<std::string> run_of(const std::string& module, const std::string& journal) {
    return {"run", path_of(module), "--journal", journal, "--run-key", "k"};
}

class BadModule : public testing::TestWithParam<Bad> {};

TEST_P(BadModule, IsBlamedAndSurvived) {
    const Bad& bad = GetParam();
    TemporaryDirectory directory;
    const std::string journal = directory.file("j.db");
    std::vector<std::string> arguments = run_of(bad.module, journal);
    const Outcome outcome = workflow_node(arguments);
    EXPECT_EQ(outcome.exit_code, bad.exit_code) << outcome.err;
    EXPECT_NE(unwrapped(outcome.err).find(bad.said), std::string::npos) << outcome.err;
    EXPECT_TRUE(is_clean(outcome.err)) << outcome.err;
    EXPECT_EQ(outcome.out, bad.exit_code == 0 ? "{\"done\":true}\n" : "");
    if (*bad.state == '\0')
        return;

    const Outcome runs = workflow_node({"runs", "--journal", journal, "--json"});
    const json::value run = json::parse(runs.out);
    EXPECT_EQ(run.at("state"), bad.state) << runs.out;
    if (bad.exit_code != 0) {
        const Outcome again = workflow_node(arguments);
        const bool resumed = again.err.find("Resuming k") != std::string::npos;
        EXPECT_TRUE(bad.checkpoint == Bad::either || resumed == (bad.checkpoint == Bad::kept)) << again.err;
    }
    // For programs every line is JSON, whatever the module wrote.
    arguments.back() = "k2";
    arguments.emplace_back("--json");
    for (const std::string& line : lines_of(workflow_node(arguments).out))
        EXPECT_NO_THROW(static_cast<void>(json::parse(line))) << line;
}

constexpr char no_output[] = "The module reported success, but it gave no output.";
constexpr char no_reason[] = "The module reported that the run failed, but not why.";

// clang-format off
INSTANTIATE_TEST_SUITE_P(Run, BadModule, testing::Values(
    Bad{"output_no_json", 1, "The module reported success, but its output is not JSON.", "failed", Bad::kept},
    Bad{"output_null", 1, no_output, "failed", Bad::kept},
    Bad{"output_huge", 1, "its output has more than 64 MiB", "failed", Bad::kept},
    Bad{"result_null", 1, no_reason, "failed", Bad::kept},
    Bad{"result_size_zero", 1, no_output, "failed", Bad::kept},
    Bad{"failure_without_error", 1, no_reason, "failed", Bad::kept},
    Bad{"error_of_nulls", 1, "The module reported an error without saying what happened.", "failed", Bad::dropped},
    Bad{"unknown_outcome", 1, "The module ended the run with the outcome 77, which does not exist.", "failed", Bad::kept},
    Bad{"suspended_without_checkpoint", 4, "Suspended", "suspended", Bad::kept},
    Bad{"unknown_phase", 0, "unknown: Working", "succeeded", Bad::dropped},
    Bad{"completes_twice", 0, "", "succeeded", Bad::dropped},
    Bad{"checkpoint_null", 1, "the module gave a checkpoint without a text.", "failed", Bad::dropped},
    Bad{"checkpoint_no_json", 1, "the module gave a checkpoint that is not JSON.", "failed", Bad::dropped},
    Bad{"checkpoint_huge", 1, "the module gave a checkpoint of 16447 bytes; at most 16384", "failed", Bad::dropped},
    Bad{"texts_no_utf8", 1, "What happened Message\xEF\xBF\xBD(\xEF\xBF\xBD", "failed", Bad::dropped},
    Bad{"texts_with_escapes", 1, "What happened Message [2J ]0;owned", "failed", Bad::dropped},
    Bad{"errors_no_json", 0, "", "succeeded", Bad::dropped},
    Bad{"schemas_no_json", 0, "", "succeeded", Bad::dropped},
    Bad{"members_null", 0, "", "succeeded", Bad::dropped},
    Bad{"warnings_no_json", 0, "", "succeeded", Bad::dropped},
    Bad{"fractions_nonsense", 0, "running: Working (100%)", "succeeded", Bad::dropped},
    Bad{"execute_unknown_status", 1, "the module failed: execute: unknown status (status 99).", "interrupted", Bad::dropped},
    Bad{"run_null", 1, "it answered ok, and gave no run", "interrupted", Bad::either},
    Bad{"open_fails", 1, "the module failed: open: internal error of the module", "interrupted", Bad::dropped},
    Bad{"entry_null", 5, "its entry returned NULL", "", Bad::dropped},
    Bad{"size_zero", 5, "its table is too small to name its version", "", Bad::dropped}
), [](const testing::TestParamInfo<Bad>& bad) { return std::string(bad.param.module); });
// clang-format on

TEST(BadModule, DoesNotCostTheCheckpointFile) {
    const std::pair<const char*, const char*> modules[] = {{"suspended_without_checkpoint", "{\"n\":1}"},
                                                           {"unknown_outcome", "{\"n\":1}"},
                                                           {"unknown_outcome_with_checkpoint", "{\"n\":2}"},
                                                           {"failure_without_error", "{\"n\":1}"}};
    for (const auto& [module, kept] : modules) {
        TemporaryDirectory directory;
        const std::string file = directory.file("c");
        EXPECT_NE(workflow_node({"run", path_of(module), "--checkpoint", file}).exit_code, 0);
        EXPECT_EQ(directory.names(), std::vector<std::string>{"c"}) << module;
        EXPECT_EQ(read_text(file), kept) << module;
    }
}

TEST(BadModule, IsNotSaidToGoOnWithAJobThatNobodyKnows) {
    const Outcome outcome = workflow_node({"run", path_of("suspended_without_checkpoint")});
    EXPECT_EQ(outcome.exit_code, 4);
    EXPECT_NE(unwrapped(outcome.err)
                  .find("Suspended, with nothing to go on from. Run the same command again to start anew."),
              std::string::npos)
        << outcome.err;
}

TEST(BadModule, ThatNeverEndsARunIsLeftAtTheDeadline) {
    TemporaryDirectory directory;
    std::vector<std::string> arguments = run_of("never_ends", directory.file("j.db"));
    arguments.insert(arguments.end(), {"--timeout", "100ms"});
    const auto start = std::chrono::steady_clock::now();
    const Outcome outcome = workflow_node(arguments);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_NE(unwrapped(outcome.err).find("the module did not end the run at its deadline"),
              std::string::npos)
        << outcome.err;
    EXPECT_NE(unwrapped(outcome.err).find("Report this to the module's author"), std::string::npos)
        << outcome.err;
    // The journal knows that its process is gone, and has its checkpoint.
    EXPECT_EQ(
        json::parse(workflow_node({"runs", "--journal", directory.file("j.db"), "--json"}).out).at("state"),
        "interrupted");
    Process again(arguments);
    EXPECT_TRUE(again.wait_for_stderr("Resuming k")) << again.err();
}

TEST(BadModule, ThatNeverEndsARunIsLeftAfterCtrlC) {
    Process process({"run", path_of("never_ends")});
    ASSERT_TRUE(process.wait_for_stderr("running")) << process.err();
    process.send(SIGINT);
    EXPECT_EQ(process.wait(), 130);
    EXPECT_NE(unwrapped(process.err()).find("the module did not end the run when it was asked to"),
              std::string::npos)
        << process.err();
}

TEST(BadModule, ThatNeverEndsABatchsRunIsLeftAtTheDeadline) {
    TemporaryDirectory directory;
    write_text(directory.file("b"), "{}\n{}\n{}\n");
    for (const auto& more : std::vector<std::vector<std::string>>{{}, {"-J", directory.file("j")}}) {
        std::vector<std::string> arguments{
            "batch", path_of("never_ends"), directory.file("b"), "-n", "1", "--timeout", "100ms"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Outcome outcome = workflow_node(arguments);
        EXPECT_EQ(outcome.exit_code, 1);
        EXPECT_NE(
            unwrapped(outcome.err).find("the module did not end the run at its deadline, so it is left"),
            std::string::npos)
            << outcome.err;
        // The others would cost money, too.
        const std::vector<std::string> lines = lines_of(outcome.out);
        ASSERT_EQ(lines.size(), 1u) << outcome.out;
        const json::value line = json::parse(lines[0]);
        EXPECT_EQ(line.at("line"), 1);
        EXPECT_EQ(line.at("error").at("code"), "never_ended");
        EXPECT_EQ(line.at("error").at("charged"), "unknown");
    }
    EXPECT_EQ(
        json::parse(workflow_node({"runs", "--journal", directory.file("j"), "--json"}).out).at("state"),
        "interrupted");
}

TEST(BadModule, ThatNeverEndsABatchsRunIsLeftAfterCtrlC) {
    TemporaryDirectory directory;
    write_text(directory.file("b"), "{}\n");
    Process process({"batch", path_of("never_ends"), directory.file("b"), "-J", directory.file("j")});
    ASSERT_TRUE(wait_for_runs(directory.file("j"), "running", 1)) << process.err();
    process.send(SIGINT);
    EXPECT_EQ(process.wait(), 130);
    EXPECT_NE(unwrapped(process.err()).find("the module did not end the run when it was asked to"),
              std::string::npos)
        << process.err();
    EXPECT_NE(process.err().find("with --resume"), std::string::npos) << process.err();
}

TEST(BadModule, ThatCannotBeClosedIsLeftWithTheRunsResult) {
    const std::string module = path_of("close_never_returns");
    TemporaryDirectory directory;
    write_text(directory.file("b"), "{}\n");
    Process run({"run", module});
    Process validation({"validate", module});
    Process batch({"batch", module, directory.file("b")});
    const auto start = std::chrono::steady_clock::now();
    for (Process* process : {&run, &validation, &batch}) {
        EXPECT_EQ(process->wait(), 0);
        EXPECT_NE(unwrapped(process->err()).find("the module did not let its session be closed"),
                  std::string::npos)
            << process->err();
    }
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
    EXPECT_EQ(run.out(), "{\"done\":true}\n");
    EXPECT_EQ(validation.out(), "valid\n");
    EXPECT_NE(batch.out().find("\"outcome\":\"succeeded\",\"output\":{\"done\":true}}\n"), std::string::npos)
        << batch.out();
}

TEST(BadModule, ThatNeverEndsAValidationIsLeft) {
    const Outcome outcome = workflow_node({"validate", path_of("never_ends"), "--json"});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(unwrapped(outcome.err)
                  .find("the module did not end the run in time, so this program ends without "
                        "it, and whether it is valid is not known."),
              std::string::npos)
        << outcome.err;
}

TEST(BadModule, IsDescribedWithoutWhatIsNotJson) {
    const std::pair<const char*, const char*> modules[] = {{"schemas_no_json", "input_schema_json"},
                                                           {"errors_no_json", "errors_json"}};
    for (const auto& [module, text] : modules) {
        const Outcome outcome = workflow_node({"describe", path_of(module)});
        EXPECT_EQ(outcome.exit_code, 0);
        EXPECT_NE(unwrapped(outcome.err).find(std::string("the module's ") + text + " is not JSON"),
                  std::string::npos)
            << outcome.err;
    }
    EXPECT_EQ(workflow_node({"describe", path_of("members_null")}).err, "");
}

TEST(BadModule, CannotReachTheTerminalNorBreakJson) {
    for (const char* module : {"texts_no_utf8", "texts_with_escapes"}) {
        for (const char* command : {"list", "describe"}) {
            const Outcome text = workflow_node({command, path_of(module)});
            EXPECT_EQ(text.exit_code, 0);
            EXPECT_TRUE(is_clean(text.out)) << text.out;
            EXPECT_NO_THROW(
                static_cast<void>(json::parse(workflow_node({command, path_of(module), "--json"}).out)));
        }
    }
}

} // namespace
