// batch: kills, signals, readers that leave, full disks.
#include "journal_listing.hpp"

#include <csignal>
#include <map>

namespace {

namespace json = boost::json;

std::string inputs(int count, const std::string& milliseconds) {
    std::string text;
    for (int i = 0; i < count; ++i)
        text += "{\"text\":\"t" + std::to_string(i) + "\",\"milliseconds\":" + milliseconds + "}\n";
    return text;
}

class BatchStop : public testing::Test {
protected:
    std::vector<std::string> batch(std::vector<std::string> more = {}) const {
        std::vector<std::string> arguments{"batch", "slow_echo", directory_.file("b"), "-J", journal_};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    }
    void expect_complete(const Outcome& outcome, std::size_t count) const {
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
        const std::vector<std::string> lines = lines_of(outcome.out);
        ASSERT_EQ(lines.size(), count);
        for (std::size_t i = 0; i < count; ++i) {
            const json::value line = json::parse(lines[i]);
            EXPECT_EQ(line.at("outcome"), "succeeded");
            EXPECT_EQ(line.at("output").at("echo").at("text").get_string(), "t" + std::to_string(i));
        }
        EXPECT_EQ(runs(journal_).size(), count);
    }

    TemporaryDirectory directory_;
    std::string journal_ = directory_.file("j");
};

TEST_F(BatchStop, ResumesAfterAKillWithoutRunningAnythingTwice) {
    write_text(directory_.file("b"), inputs(200, "20"));
    {
        Process process(batch());
        ASSERT_TRUE(process.wait_for_stdout("{\"line\":30,")) << process.err();
        process.send(SIGKILL);
        EXPECT_EQ(process.wait(), -SIGKILL);
    }
    std::map<std::string, json::value> before;
    for (const json::value& run : runs(journal_, {"--state", "succeeded"}))
        before[std::string(run.at("run_key").get_string())] = run.at("updated_ms");
    EXPECT_GE(before.size(), 30u); // what was printed is kept
    EXPECT_LT(before.size(), 200u);
    expect_complete(workflow_node(batch({"--resume"})), 200);
    for (const json::value& run : runs(journal_)) {
        const auto found = before.find(std::string(run.at("run_key").get_string()));
        if (found != before.end()) {
            EXPECT_EQ(run.at("updated_ms"), found->second);
        }
    }
}

TEST_F(BatchStop, CtrlCSuspendsWhatRuns) {
    write_text(directory_.file("b"), inputs(10, "600000"));
    Process process(batch({"-n", "3"}));
    ASSERT_TRUE(wait_for_runs(journal_, "running", 3));
    process.send(SIGINT);
    EXPECT_EQ(process.wait(), 130);
    EXPECT_NE(process.err().find("press Ctrl-C again"), std::string::npos) << process.err();
    EXPECT_NE(process.err().find("with --resume"), std::string::npos) << process.err();
    const auto all = runs(journal_);
    ASSERT_EQ(all.size(), 3u); // nothing more was started
    for (const json::value& run : all)
        EXPECT_EQ(run.at("state"), "suspended");
    for (const std::string& line : lines_of(process.out()))
        EXPECT_EQ(json::parse(line).at("outcome"), "suspended");
}

TEST_F(BatchStop, CtrlCCancelsWithoutAJournal) {
    write_text(directory_.file("b"), "{\"text\":\"t\",\"milliseconds\":1}\n" + inputs(10, "600000"));
    Process process({"batch", "slow_echo", directory_.file("b"), "-n", "3"});
    ASSERT_TRUE(process.wait_for_stdout("\"line\":1,")) << process.err();
    process.send(SIGTERM);
    EXPECT_EQ(process.wait(), 143);
    const std::vector<std::string> lines = lines_of(process.out());
    EXPECT_LE(lines.size(), 4u);
    for (std::size_t i = 1; i < lines.size(); ++i)
        EXPECT_EQ(json::parse(lines[i]).at("outcome"), "cancelled");
}

TEST_F(BatchStop, ASecondSignalQuitsEvenWhenOutputIsStuck) {
    write_text(directory_.file("b"), inputs(100, "1"));
    Process::Options options;
    options.standard_output = Process::Stdout::full;
    options.environment["TSAN_OPTIONS"] = "report_thread_leaks=0"; // quitting at once leaves its threads
    Process process(batch({"-v"}), options);
    ASSERT_TRUE(process.wait_for_stderr("listening")) << process.err();
    for (int i = 0; i < 6000 && process.running(); ++i)
        process.send(SIGINT);
    EXPECT_EQ(process.wait(), 130);
}

TEST_F(BatchStop, AReaderThatLeavesSuspendsWhatRuns) {
    write_text(directory_.file("b"), inputs(10, "600000")); // there is nothing to write for long
    Process::Options options;
    options.standard_output = Process::Stdout::closed;
    const Outcome outcome = workflow_node(batch(), options);
    EXPECT_EQ(outcome.exit_code, 141);
    EXPECT_NE(outcome.err.find("Broken pipe"), std::string::npos) << outcome.err;
    for (const json::value& run : runs(journal_))
        EXPECT_EQ(run.at("state"), "suspended");
}

TEST_F(BatchStop, ASlowFirstLineHoldsBackABoundedNumber) {
    write_text(directory_.file("b"), "{\"text\":\"slow\",\"milliseconds\":600000}\n" + inputs(300, "1"));
    Process process(batch({"-n", "2"}));
    ASSERT_TRUE(wait_for_runs(journal_, "succeeded", 63));
    process.send(SIGINT);
    EXPECT_EQ(process.wait(), 130);
    EXPECT_EQ(runs(journal_).size(), 64u); // the window
    EXPECT_EQ(lines_of(process.out()).size(), 64u);
}

TEST_F(BatchStop, AFullDiskStopsItAndLosesNothing) {
    write_text(directory_.file("b"), inputs(1000, "1"));
    Process::Options options;
    options.max_file = 150000;
    const Outcome full = workflow_node(batch({"-n", "50"}), options);
    EXPECT_EQ(full.exit_code, 1);
    EXPECT_NE(full.err.find("no room"), std::string::npos) << full.err;
    EXPECT_NE(full.err.find("with --resume"), std::string::npos) << full.err;
    EXPECT_LT(lines_of(full.out).size(), 1000u);
    expect_complete(workflow_node(batch({"-n", "50", "--resume"})), 1000);
}

} // namespace
