// batch: many runs, a few at a time, one line each, in order.
#include "journal_listing.hpp"

namespace {

namespace json = boost::json;

std::string inputs(int count, int max_ms) {
    std::string text;
    for (int i = 0; i < count; ++i) {
        text += "{\"text\":\"t" + std::to_string(i)
                + "\",\"milliseconds\":" + std::to_string(i * 37 % max_ms + 1) + "}\n";
    }
    return text;
}

std::vector<json::value> parsed(const std::string& text) {
    std::vector<json::value> all;
    for (const std::string& line : lines_of(text))
        all.push_back(json::parse(line));
    return all;
}

// Every line has its own output, in order.
void expect_all(const std::string& out, std::size_t count) {
    const std::vector<json::value> lines = parsed(out);
    ASSERT_EQ(lines.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
        EXPECT_EQ(lines[i].at("line"), static_cast<std::int64_t>(i) + 1);
        EXPECT_EQ(lines[i].at("outcome"), "succeeded");
        EXPECT_EQ(lines[i].at("output").at("echo").at("text").get_string(), "t" + std::to_string(i));
    }
}

TEST(Batch, PrintsALineForEachInOrder) {
    TemporaryDirectory directory;
    write_text(directory.file("b"), inputs(200, 50));
    for (const auto& more : std::vector<std::vector<std::string>>{{}, {"-J", directory.file("j")}}) {
        std::vector<std::string> arguments{"batch", "slow_echo", directory.file("b"), "-n", "25"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Outcome outcome = workflow_node(arguments);
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
        expect_all(outcome.out, 200);
        EXPECT_NE(outcome.err.find("200 runs: 200 succeeded."), std::string::npos) << outcome.err;
    }
}

TEST(Batch, AnInvalidLineStopsNoOther) {
    TemporaryDirectory directory;
    Process::Options options;
    options.input = "{\"text\":\"a\"}\nnonsense\n\n[]\n{\"no\":1}\n{\"text\":\"b\"}";
    const Outcome outcome = workflow_node({"batch", "slow_echo", "-", "--timeout", "1m"}, options);
    EXPECT_EQ(outcome.exit_code, 1);
    const std::vector<json::value> lines = parsed(outcome.out);
    ASSERT_EQ(lines.size(), 5u);
    const std::vector<std::pair<int, const char*>> expected{
        {1, "succeeded"}, {2, "failed"}, {4, "failed"}, {5, "failed"}, {6, "succeeded"}};
    for (std::size_t i = 0; i < lines.size(); ++i) {
        EXPECT_EQ(lines[i].at("line"), expected[i].first);
        EXPECT_EQ(lines[i].at("outcome").get_string(), expected[i].second);
    }
    EXPECT_EQ(lines[1].at("error").at("code"), "malformed_line");
    EXPECT_EQ(lines[3].at("error").at("code"), "invalid_input");
    EXPECT_NE(outcome.err.find("5 runs: 2 succeeded, 3 failed."), std::string::npos) << outcome.err;
}

TEST(Batch, IsBegunOnceAndThenResumed) {
    TemporaryDirectory directory;
    const std::string journal = directory.file("j");
    write_text(directory.file("b"), inputs(20, 5));
    const std::vector<std::string> arguments{"batch", "slow_echo", directory.file("b"), "-J", journal};
    const Outcome first = workflow_node(arguments);
    EXPECT_EQ(first.exit_code, 0);
    const Outcome again = workflow_node(arguments);
    EXPECT_EQ(again.exit_code, 2);
    EXPECT_EQ(again.out, "");
    EXPECT_NE(again.err.find("--resume"), std::string::npos) << again.err;
    std::vector<std::string> resume = arguments;
    resume.emplace_back("--resume");
    const auto before = runs(journal);
    const Outcome resumed = workflow_node(resume);
    EXPECT_EQ(resumed.exit_code, 0);
    EXPECT_EQ(resumed.out, first.out);
    const auto after = runs(journal);
    ASSERT_EQ(after.size(), 20u);
    for (std::size_t i = 0; i < after.size(); ++i)
        EXPECT_EQ(after[i].at("updated_ms"), before[i].at("updated_ms")); // nothing was run
    // A changed line is another run, and so is an added one.
    write_text(directory.file("b"),
               inputs(19, 5) + "{\"text\":\"new\",\"milliseconds\":1}\n{\"text\":\"newer\"}");
    EXPECT_EQ(lines_of(workflow_node(resume).out).size(), 21u);
    EXPECT_EQ(runs(journal).size(), 22u);
    resume.insert(resume.end(), {"--name", "another"});
    EXPECT_EQ(workflow_node(resume).exit_code, 0);
    EXPECT_EQ(runs(journal).size(), 43u);
}

TEST(Batch, KnowsItsLinesWhereverTheyAre) {
    TemporaryDirectory directory;
    const std::string journal = directory.file("j");
    const std::string file = directory.file("b");
    const std::string twice = "{\"text\":\"same\",\"milliseconds\":1}\n";
    write_text(file, inputs(3, 5) + twice + twice);
    const std::vector<std::string> arguments{"batch", "slow_echo", file, "-J", journal, "--resume"};
    EXPECT_EQ(workflow_node(arguments).exit_code, 0);
    EXPECT_EQ(runs(journal).size(), 5u);
    write_text(file, "\n" + twice + inputs(3, 5) + "\n" + twice);
    const Outcome moved = workflow_node(arguments);
    EXPECT_EQ(moved.exit_code, 0) << moved.err;
    const std::vector<json::value> lines = parsed(moved.out);
    ASSERT_EQ(lines.size(), 5u);
    EXPECT_EQ(lines[0].at("line"), 2);
    EXPECT_EQ(lines[0].at("output").at("echo").at("text"), "same");
    EXPECT_EQ(lines[4].at("line"), 7);
    EXPECT_EQ(runs(journal).size(), 5u);
    write_text(file, twice + twice + twice); // a third is asked for
    EXPECT_EQ(workflow_node(arguments).exit_code, 0);
    EXPECT_EQ(runs(journal).size(), 6u);
}

TEST(Batch, AKeyThatComesTwiceIsOneRun) {
    TemporaryDirectory directory;
    const std::string journal = directory.file("j");
    write_text(directory.file("b"), R"({"run_key":"k","input":{"text":"a","milliseconds":50}}
{"run_key":"k","input":{"text":"a","milliseconds":50}}
{"run_key":"k","input":{"text":"b","milliseconds":50}}
)");
    const Outcome outcome = workflow_node({"batch", "slow_echo", directory.file("b"), "-J", journal});
    EXPECT_EQ(outcome.exit_code, 1);
    const std::vector<json::value> lines = parsed(outcome.out);
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_EQ(lines[0].at("output"), lines[1].at("output"));
    EXPECT_EQ(lines[2].at("error").at("code"), "run_key_conflict");
    EXPECT_EQ(runs(journal).size(), 1u);
}

// The heap alone: the example module's threads, one for each run, end late on a machine that is busy.
TEST(Batch, MemoryDoesNotGrowWithTheFile) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer's memory grows by itself";
#endif
    TemporaryDirectory directory;
    const auto memory = [&](int lines, bool journal) {
        const std::string file = directory.file("b" + std::to_string(lines));
        std::string text;
        for (int i = 0; i < lines; ++i)
            text += "{\"text\":\"" + std::string(1000, 'x') + std::to_string(i) + "\"}\n";
        write_text(file, text);
        std::vector<std::string> arguments{"batch", "echo", file, "-n", "32"};
        if (journal)
            arguments.insert(arguments.end(), {"-J", directory.file("j" + std::to_string(lines))});
        Process::Options options;
        options.watch_heap = true;
        Process process(arguments, options);
        EXPECT_EQ(process.wait(), 0);
        EXPECT_EQ(lines_of(process.out()).size(), static_cast<std::size_t>(lines));
        return process.max_heap_kib();
    };
    for (const bool journal : {false, true}) {
        const long few = memory(1000, journal);
        const long many = memory(10000, journal);
        EXPECT_GT(few, 0);
        EXPECT_LT(many - few, 4000) << few << " KiB, then " << many << " KiB"; // the file has 10 MB
    }
}

TEST(Batch, ShowsABarOnATerminal) {
    TemporaryDirectory directory;
    write_text(directory.file("b"), inputs(4, 2) + "{\"text\":\"t\",\"milliseconds\":1500}\n");
    Process::Options options;
    options.terminal = true;
    const Outcome outcome = workflow_node({"batch", "slow_echo", directory.file("b")}, options);
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_NE(outcome.err.find("4 done, 1 running"), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find("\033[?25h"), std::string::npos); // the cursor is shown again
    const Outcome quiet = workflow_node({"batch", "slow_echo", directory.file("b"), "-q"}, options);
    EXPECT_EQ(quiet.err, "");
}

TEST(Collect, AllFetchesWhatIsUnfinished) {
    TemporaryDirectory directory;
    const std::string journal = directory.file("j");
    for (const char* key : {"a", "b"}) {
        EXPECT_EQ(workflow_node({"run", "slow_echo", "--set", "text=hi", "--set", "milliseconds=1", "-J",
                                 journal, "--run-key", key, "--suspend"})
                      .exit_code,
                  4);
    }
    const Outcome collected = workflow_node({"collect", "--all", "-J", journal});
    EXPECT_EQ(collected.exit_code, 0) << collected.err;
    const std::vector<json::value> lines = parsed(collected.out);
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(lines[0].at("run_key"), "a");
    EXPECT_EQ(lines[1].at("output").at("echo").at("text"), "hi");
    const Outcome nothing = workflow_node({"collect", "--all", "-J", journal});
    EXPECT_EQ(nothing.exit_code, 0);
    EXPECT_EQ(nothing.out, "");
}

} // namespace
