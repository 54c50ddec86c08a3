#include "options/exit_code.hpp"
#include "options/options.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace cli {
namespace {

using namespace std::chrono_literals;

ParsedOptions parse(std::vector<const char*> words) {
    words.insert(words.begin(), "workflow-node");
    return parse_options(static_cast<int>(words.size()), words.data());
}

TEST(Options, ReadsARun) {
    const auto parsed = parse({"run",
                               "m.so",
                               "a",
                               "--input",
                               "-",
                               "--set",
                               "x=1",
                               "--set",
                               "y=2",
                               "--timeout",
                               "5m",
                               "--run-key",
                               "k",
                               "--checkpoint",
                               "c",
                               "--suspend-after",
                               "30",
                               "-vv",
                               "--cancel-job-at-deadline",
                               "--json"});
    ASSERT_TRUE(parsed.options) << parsed.problem;
    const Options& options = *parsed.options;
    EXPECT_EQ(options.command, Command::run);
    EXPECT_EQ(options.target, (std::vector<std::string>{"m.so", "a"}));
    EXPECT_EQ(options.input_file, "-");
    EXPECT_EQ(options.assignments, (std::vector<std::string>{"x=1", "y=2"}));
    EXPECT_EQ(options.timeout, 5min);
    EXPECT_EQ(options.run_key, "k");
    EXPECT_EQ(options.checkpoint_file, "c");
    EXPECT_EQ(options.suspend_after, 30s);
    EXPECT_EQ(options.verbose, 2);
    EXPECT_TRUE(options.cancel_job_at_deadline && options.json);
    EXPECT_FALSE(options.suspend || options.quiet);
}

TEST(Options, ASetValueMayHoldAnything) {
    const auto parsed = parse({"run", "m.so", "--set", "x=a, b -- c", "a"});
    ASSERT_TRUE(parsed.options) << parsed.problem;
    EXPECT_EQ(parsed.options->assignments, std::vector<std::string>{"x=a, b -- c"});
    EXPECT_EQ(parsed.options->target, (std::vector<std::string>{"m.so", "a"}));
}

TEST(Options, RefusesWhatMakesNoSense) {
    for (const auto& words :
         std::vector<std::vector<const char*>>{{},
                                               {"rn"},
                                               {"run", "--nonsense"},
                                               {"run", "--timeout", "soon"},
                                               {"run", "--timeout", "0"},
                                               {"run", "--suspend"},
                                               {"run", "--suspend", "--suspend-after", "1", "--json"},
                                               {"run", "--journal", "j", "--checkpoint", "c"},
                                               {"runs"},
                                               {"runs", "--journal", "j", "--state", "lost"},
                                               {"collect", "--journal", "j"},
                                               {"collect", "k"},
                                               {"collect", "--journal", "j", "--all", "m", "k"},
                                               {"batch"},
                                               {"batch", "f", "--resume"},
                                               {"batch", "f", "--concurrency", "0"},
                                               {"batch", "f", "--concurrency", "10001"},
                                               {"batch", "m", "a", "f", "x"},
                                               {"run", "--output", "f", "--dry-run"},
                                               {"run", "--overwrite"},
                                               {"runs", "--journal", "j", "--totals", "--state", "failed"},
                                               {"run", "--largest-file", "huge"},
                                               {"run", "--output-directory", "d"},
                                               {"batch", "f", "--output", "f"},
                                               {"collect", "-J", "j", "--all", "--output", "f"},
                                               {"collect", "-J", "j", "k", "--output-directory", "d"},
                                               {"list", "a", "b"},
                                               {"run", "a", "b", "c"}}) {
        const auto parsed = parse(words);
        EXPECT_FALSE(parsed.options);
        EXPECT_EQ(parsed.exit_code, exit_usage);
        EXPECT_NE(parsed.problem, "");
    }
    EXPECT_NE(parse({"rn"}).problem.find("Did you mean \"run\"?"), std::string::npos);
}

TEST(Options, ReadsWhereFilesGo) {
    const auto run = parse({"run", "-o", "clip.mp4", "--overwrite", "--largest-file", "500M"});
    ASSERT_TRUE(run.options) << run.problem;
    EXPECT_EQ(run.options->output_file, "clip.mp4");
    EXPECT_TRUE(run.options->overwrite);
    EXPECT_EQ(run.options->largest_file, std::uint64_t{500} << 20);
    const auto batch = parse({"batch", "f", "--output-directory", "videos"});
    ASSERT_TRUE(batch.options) << batch.problem;
    EXPECT_EQ(batch.options->output_directory, "videos");
    EXPECT_EQ(batch.options->largest_file, std::uint64_t{2} << 30);
}

TEST(Options, SuspendingNeedsAPlaceForTheCheckpoint) {
    EXPECT_TRUE(parse({"run", "--suspend", "--checkpoint", "f"}).options);
    EXPECT_TRUE(parse({"run", "--suspend", "--json"}).options);
    EXPECT_TRUE(parse({"run", "--suspend", "--journal", "f"}).options);
}

TEST(Options, TheLastWordOfABatchIsItsFile) {
    const auto parsed = parse({"batch", "m.so", "a", "f.jsonl", "-n", "8", "--name", "b"});
    ASSERT_TRUE(parsed.options) << parsed.problem;
    EXPECT_EQ(parsed.options->subject, "f.jsonl");
    EXPECT_EQ(parsed.options->target, (std::vector<std::string>{"m.so", "a"}));
    EXPECT_EQ(parsed.options->concurrency, 8);
    EXPECT_EQ(parsed.options->batch_name, "b");
    EXPECT_EQ(parse({"batch", "-"}).options->subject, "-");
    EXPECT_EQ(parse({"collect", "m.so", "k", "-J", "j"}).options->subject, "k");
    EXPECT_EQ(parse({"collect", "k", "-J", "j"}).options->target.size(), 0u);
    EXPECT_EQ(parse({"collect", "m.so", "--all", "-J", "j"}).options->target.size(), 1u);
}

TEST(Options, HelpFitsTheScreenAndNamesEveryExitCode) {
    for (const auto& words : std::vector<std::vector<const char*>>{{"--help"},
                                                                   {"list", "--help"},
                                                                   {"describe", "--help"},
                                                                   {"validate", "--help"},
                                                                   {"run", "--help"},
                                                                   {"batch", "--help"},
                                                                   {"runs", "--help"},
                                                                   {"collect", "--help"}}) {
        const auto parsed = parse(words);
        EXPECT_EQ(parsed.exit_code, 0);
        std::istringstream lines(parsed.out);
        for (std::string line; std::getline(lines, line);)
            EXPECT_LE(line.size(), 80u) << line;
    }
    const std::string help = parse({"run", "--help"}).out;
    for (const char* code : {"\n  0 ", "\n  1 ", "\n  2 ", "\n  3 ", "\n  4 ", "\n  5 ", "130", "143", "141"})
        EXPECT_NE(help.find(code), std::string::npos) << code;
}

} // namespace
} // namespace cli
