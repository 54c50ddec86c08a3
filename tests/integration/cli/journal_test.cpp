// --journal, runs and collect: a run outlives its process, and is paid for once.
#include "journal_listing.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <sys/stat.h>

#include <csignal>
#include <scripted_server.hpp>

namespace {

namespace json = boost::json;

std::vector<std::string> slow_run(const std::string& journal, const std::string& milliseconds,
                                  std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{
        "run", "slow_echo", "--set", "text=hi", "--set", "milliseconds=" + milliseconds, "-J", journal};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

// Runs until the job is under way, and kills the process.
void kill_in_the_middle(const std::vector<std::string>& arguments) {
    Process process(arguments);
    ASSERT_TRUE(process.wait_for_stderr("running")) << process.err();
    process.send(SIGKILL);
    EXPECT_EQ(process.wait(), -SIGKILL);
}

const char output[] = "{\"echo\":{\"text\":\"hi\",\"milliseconds\":1}}\n";

TEST(Journal, ASucceededRunIsPrintedAgainWithoutARequest) {
    TemporaryDirectory directory;
    const std::string journal = directory.file("j");
    const auto arguments = slow_run(journal, "1", {"--run-key", "k"});
    EXPECT_EQ(workflow_node(arguments).out, output);
    struct stat status {};
    ASSERT_EQ(stat(journal.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    const Outcome again = workflow_node(arguments);
    EXPECT_EQ(again.exit_code, 0);
    EXPECT_EQ(again.out, output);
    EXPECT_EQ(again.err, ""); // not even prepared
    const Outcome as_event = workflow_node(slow_run(journal, "1", {"--run-key", "k", "--json"}));
    ASSERT_EQ(lines_of(as_event.out).size(), 1u);
    EXPECT_EQ(json::parse(as_event.out).at("outcome"), "succeeded");
    // Without a key it is another run.
    EXPECT_EQ(workflow_node(slow_run(journal, "1")).out, output);
    EXPECT_EQ(runs(journal).size(), 2u);
    EXPECT_EQ(read_text(journal).find("sesame"), std::string::npos); // the key of the connection
}

TEST(Journal, AKilledRunIsResumed) {
    TemporaryDirectory directory;
    const std::string journal = directory.file("j");
    kill_in_the_middle(slow_run(journal, "600000"));
    ASSERT_EQ(runs(journal).size(), 1u);
    EXPECT_EQ(runs(journal)[0].at("state"), "interrupted");
    const std::string key(runs(journal)[0].at("run_key").get_string());
    Process resumed(slow_run(journal, "600000"));
    ASSERT_TRUE(resumed.wait_for_stderr("running")) << resumed.err();
    EXPECT_NE(resumed.err().find("Resuming " + key), std::string::npos) << resumed.err();
    EXPECT_EQ(runs(journal)[0].at("state"), "running");
    resumed.send(SIGINT);
    EXPECT_EQ(resumed.wait(), 130);
    EXPECT_NE(resumed.err().find("Warning: Went on from a checkpoint"), std::string::npos);
    ASSERT_EQ(runs(journal).size(), 1u);
    EXPECT_EQ(runs(journal)[0].at("state"), "cancelled");
}

TEST(Journal, ARunBelongsToOneProcess) {
    TemporaryDirectory directory;
    const std::string journal = directory.file("j");
    Process first(slow_run(journal, "600000", {"--run-key", "k"}));
    ASSERT_TRUE(first.wait_for_stderr("running"));
    const Outcome second = workflow_node(slow_run(journal, "600000", {"--run-key", "k"}));
    EXPECT_EQ(second.exit_code, 2);
    EXPECT_NE(second.err.find("is running \"k\" right now"), std::string::npos) << second.err;
    // Without a key the live run is left alone.
    EXPECT_EQ(workflow_node(slow_run(journal, "600000", {"--suspend"})).exit_code, 4);
    EXPECT_EQ(runs(journal).size(), 2u);
}

TEST(Journal, AKeyIsForOneInput) {
    TemporaryDirectory directory;
    const std::string journal = directory.file("j");
    EXPECT_EQ(workflow_node(slow_run(journal, "1", {"--run-key", "k"})).exit_code, 0);
    const Outcome other = workflow_node(slow_run(journal, "2", {"--run-key", "k"}));
    EXPECT_EQ(other.exit_code, 2);
    EXPECT_NE(other.err.find("with another"), std::string::npos) << other.err;
    EXPECT_EQ(other.out, "");
}

TEST(Journal, AFailedRunIsResumedWhereItWasLeft) {
    TemporaryDirectory directory;
    const std::string journal = directory.file("j");
    EXPECT_EQ(workflow_node(slow_run(journal, "600000", {"--timeout", "100ms"})).exit_code, 3);
    EXPECT_EQ(runs(journal)[0].at("charged"), "yes");
    const Outcome again = workflow_node(slow_run(journal, "600000", {"--timeout", "100ms"}));
    EXPECT_NE(again.err.find("Warning: Went on from a checkpoint"), std::string::npos) << again.err;
    EXPECT_EQ(runs(journal).size(), 1u);
}

TEST(Journal, AFullDiskEndsTheRunUnpaid) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "the thread sanitizer writes a file of its own before main()";
#endif
    TemporaryDirectory directory;
    const std::string journal = directory.file("j");
    EXPECT_EQ(workflow_node(slow_run(journal, "1")).exit_code, 0);
    Process::Options options;
    options.no_file_may_grow = true;
    const Outcome outcome = workflow_node(slow_run(journal, "600000"), options);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_NE(outcome.err.find("no room"), std::string::npos) << outcome.err;
    EXPECT_EQ(runs(journal).size(), 1u);
}

TEST(Journal, TheOutputIsKeptWhenNobodyReadIt) {
    TemporaryDirectory directory;
    const std::string journal = directory.file("j");
    Process::Options options;
    options.standard_output = Process::Stdout::closed;
    EXPECT_EQ(workflow_node(slow_run(journal, "1", {"--run-key", "k"}), options).exit_code, 141);
    EXPECT_EQ(workflow_node({"collect", "k", "-J", journal}).out, output);
    // A run whose reader leaves in the middle is suspended, not thrown away.
    EXPECT_EQ(workflow_node(slow_run(journal, "600000", {"--json"}), options).exit_code, 141);
    EXPECT_EQ(runs(journal)[1].at("state"), "suspended");
}

TEST(Journal, IsSummedUp) {
    TemporaryDirectory directory;
    const std::string journal = directory.file("j");
    EXPECT_EQ(workflow_node(slow_run(journal, "1")).exit_code, 0);
    EXPECT_EQ(workflow_node(slow_run(journal, "1", {"--run-key", "k"})).exit_code, 0);
    const Outcome table = workflow_node({"runs", "-J", journal, "--totals"});
    EXPECT_EQ(table.exit_code, 0) << table.err;
    ASSERT_EQ(lines_of(table.out).size(), 3u) << table.out;
    EXPECT_EQ(lines_of(table.out)[2].rfind("all ", 0), 0u);
    const json::value one = json::parse(workflow_node({"runs", "-J", journal, "--totals", "--json"}).out);
    EXPECT_EQ(one.at("model"), "slow_echo");
    EXPECT_EQ(one.at("runs"), 2);
    EXPECT_EQ(one.at("charged_yes"), 2);
}

TEST(Journal, MayComeFromTheEnvironment) {
    TemporaryDirectory directory;
    Process::Options options;
    options.environment["WORKFLOW_NODE_JOURNAL"] = directory.file("j");
    const std::vector<std::string> run{"run", "slow_echo", "--set", "text=hi", "--set", "milliseconds=1"};
    EXPECT_EQ(workflow_node(run, options).exit_code, 0);
    EXPECT_EQ(lines_of(workflow_node({"runs"}, options).out).size(), 2u);
    std::vector<std::string> with_checkpoint = run; // which is then the one that counts
    with_checkpoint.insert(with_checkpoint.end(), {"--checkpoint", directory.file("c")});
    EXPECT_EQ(workflow_node(with_checkpoint, options).exit_code, 0);
    EXPECT_EQ(lines_of(workflow_node({"runs"}, options).out).size(), 2u);
}

TEST(Journal, KeepsAnOutputForWhichThereIsNoStdout) {
    TemporaryDirectory directory;
    const std::string journal = directory.file("j");
    Process::Options options;
    options.standard_output = Process::Stdout::none;
    EXPECT_EQ(workflow_node(slow_run(journal, "1", {"--run-key", "k"}), options).exit_code, 1);
    EXPECT_EQ(workflow_node({"collect", "k", "-J", journal}, options).exit_code, 1);
    EXPECT_EQ(workflow_node({"collect", "k", "-J", journal}).out, output);
}

TEST(Runs, IsATableOf80Columns) {
    TemporaryDirectory directory;
    const std::string journal = directory.file("j");
    EXPECT_EQ(workflow_node(slow_run(journal, "1", {"--run-key", "k"})).exit_code, 0);
    EXPECT_EQ(workflow_node(slow_run(journal, "600000", {"--suspend"})).exit_code, 4);
    const Outcome table = workflow_node({"runs", "-J", journal});
    const std::vector<std::string> lines = lines_of(table.out);
    ASSERT_EQ(lines.size(), 3u);
    for (const std::string& line : lines)
        EXPECT_LE(line.size(), 80u);
    EXPECT_EQ(lines[0].substr(0, 3), "KEY");
    EXPECT_NE(lines[1].find("succeeded"), std::string::npos);
    EXPECT_NE(lines[2].find("suspended"), std::string::npos);
    EXPECT_NE(lines[2].find("echo-1"), std::string::npos);
    EXPECT_EQ(runs(journal, {"--state", "suspended"}).size(), 1u);
    EXPECT_EQ(workflow_node({"runs", "-J", journal, "--state", "lost"}).exit_code, 2);
    EXPECT_EQ(workflow_node({"runs", "-J", directory.file("none")}).exit_code, 2);
    EXPECT_EQ(workflow_node({"runs"}).exit_code, 2);
}

TEST(Collect, FetchesTheOutputOfASuspendedRun) {
    TemporaryDirectory directory;
    const std::string journal = directory.file("j");
    EXPECT_EQ(workflow_node(slow_run(journal, "1", {"--run-key", "k", "--suspend"})).exit_code, 4);
    const Outcome collected = workflow_node({"collect", "echo-1", "-J", journal}); // by its job
    EXPECT_EQ(collected.exit_code, 0) << collected.err;
    EXPECT_EQ(collected.out, output);
    EXPECT_NE(collected.err.find("Resuming k, job echo-1."), std::string::npos) << collected.err;
    Process::Options nothing; // no module, no connection: the output is there
    nothing.environment = {{"WORKFLOW_NODE_MODULE", ""}, {"ECHO_SERVICE_API_KEY", ""}};
    EXPECT_EQ(workflow_node({"collect", "k", "-J", journal}, nothing).out, output);
}

// Its only checkpoint was made before the submit: the module may find a job by it, but makes none.
TEST(Collect, SubmitsNothingForARunThatDied) {
    TemporaryDirectory directory;
    const std::string journal = directory.file("j");
    kill_in_the_middle(slow_run(journal, "600000", {"--run-key", "k"}));
    EXPECT_EQ(runs(journal)[0].at("state"), "interrupted");
    const Outcome collected = workflow_node({"collect", "k", "-J", journal});
    EXPECT_EQ(collected.exit_code, 1);
    EXPECT_NE(collected.err.find("Nothing To Collect"), std::string::npos) << collected.err;
    EXPECT_EQ(workflow_node({"collect", "other", "-J", journal}).exit_code, 2);
}

// A description that missed the job in the service's answer is corrected.
TEST(Collect, ReadsAKeptAnswerAgain) {
    const test_support::ScriptedServer server([](const test_support::Request& request) {
        return test_support::json_reply(
            200, request.method == "POST"
                     ? R"({"task": "t-7"})"
                     : R"({"status": "succeeded", "output": {"video": "https://cdn.example/v.mp4"}})");
    });
    TemporaryDirectory directory;
    const std::string journal = directory.file("j");
    const auto connection = [&](const char* file, const char* id) {
        auto binding = json::parse(read_text(PIXELML_API));
        binding.at("reply").as_object()["id"] = json::array{id};
        const json::object whole{{"api_key", "secret-key-1"},
                                 {"base_url", server.base_url()},
                                 {"allow_insecure_loopback", true},
                                 {"check_image", false},
                                 {"api_binding", std::move(binding)}};
        write_text(directory.file(file), json::serialize(whole));
        return directory.file(file);
    };
    const std::string wrong = connection("wrong", "/id");
    const Outcome unknown = workflow_node({"run", PIXELML_NODES, "--set", "prompt=hi", "--set",
                                           "image=https://example.com/a.png", "--set", "negative_prompt=null",
                                           "-J", journal, "--run-key", "k", "--connection", wrong});
    EXPECT_EQ(unknown.exit_code, 1) << unknown.err;
    EXPECT_NE(unknown.err.find("t-7"), std::string::npos) << unknown.err;
    EXPECT_EQ(runs(journal)[0].at("charged"), "unknown");
    const Outcome again =
        workflow_node({"collect", PIXELML_NODES, "k", "-J", journal, "--connection", wrong});
    EXPECT_EQ(again.exit_code, 1) << again.err;
    EXPECT_EQ(runs(journal)[0].at("state"), "failed");
    const Outcome collected = workflow_node(
        {"collect", PIXELML_NODES, "k", "-J", journal, "--connection", connection("right", "/task")});
    EXPECT_EQ(collected.exit_code, 0) << collected.err;
    EXPECT_EQ(collected.out, "{\"video\":\"https://cdn.example/v.mp4\"}\n");
    EXPECT_EQ(server.requests("POST", "/").size(), 1u);
}

TEST(Collect, AJobOfSeveralRunsNeedsTheKey) {
    TemporaryDirectory directory;
    const std::string journal = directory.file("j");
    for (const char* key : {"a", "b"})
        EXPECT_EQ(workflow_node(slow_run(journal, "1", {"--run-key", key, "--suspend"})).exit_code, 4);
    const Outcome ambiguous = workflow_node({"collect", "echo-1", "-J", journal});
    EXPECT_EQ(ambiguous.exit_code, 2);
    EXPECT_NE(ambiguous.err.find("a, b"), std::string::npos) << ambiguous.err;
}

} // namespace
