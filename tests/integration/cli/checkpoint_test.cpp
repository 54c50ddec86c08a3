// --checkpoint: nothing paid is lost, whatever happens to the process or the disk.
#include "process.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <csignal>

namespace {

std::vector<std::string> slow_run(const std::string& milliseconds, std::vector<std::string> more) {
    std::vector<std::string> arguments{"run",     "slow_echo", "--set",
                                       "text=hi", "--set",     "milliseconds=" + milliseconds};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

TEST(Checkpoint, IsGoneAfterASuccess) {
    TemporaryDirectory directory;
    EXPECT_EQ(workflow_node(slow_run("1", {"--checkpoint", directory.file("c")})).exit_code, 0);
    EXPECT_TRUE(directory.names().empty());
}

TEST(Checkpoint, SurvivesAKillAndIsPickedUp) {
    TemporaryDirectory directory;
    const std::string file = directory.file("c");
    {
        Process process(slow_run("600000", {"--checkpoint", file}));
        ASSERT_TRUE(process.wait_for_stderr("running")) << process.err();
        process.send(SIGKILL);
        EXPECT_EQ(process.wait(), -SIGKILL);
    }
    EXPECT_EQ(read_text(file), "{\"milliseconds\":600000}");
    struct stat status {};
    ASSERT_EQ(stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);

    write_text(file, "{\"milliseconds\":1}"); // so that the rest does not take ten minutes
    const Outcome resumed = workflow_node(slow_run("600000", {"--checkpoint", file}));
    EXPECT_EQ(resumed.exit_code, 0);
    EXPECT_NE(resumed.err.find("Resuming from the checkpoint"), std::string::npos);
    EXPECT_NE(resumed.err.find("Warning: Went on from a checkpoint"), std::string::npos);
    EXPECT_TRUE(directory.names().empty());
}

TEST(Checkpoint, AFullDiskEndsTheRunUnpaid) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "the thread sanitizer writes a file of its own before main()";
#endif
    TemporaryDirectory directory;
    Process::Options options;
    options.no_file_may_grow = true;
    const Outcome outcome = workflow_node(slow_run("600000", {"--checkpoint", directory.file("c")}), options);
    EXPECT_EQ(outcome.exit_code, 3);
    EXPECT_NE(outcome.err.find("File too large"), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find("Checkpoint Not Kept"), std::string::npos);
    EXPECT_NE(outcome.err.find("not billed"), std::string::npos);
    EXPECT_TRUE(directory.names().empty());
}

TEST(Checkpoint, APlaceThatDoesNotExistIsToldBeforeTheRun) {
    TemporaryDirectory directory;
    const Outcome outcome = workflow_node(slow_run("600000", {"--checkpoint", directory.file("no/c")}));
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_NE(outcome.err.find("Nothing was started"), std::string::npos);
}

TEST(Checkpoint, IsUsedByOneProcessAtATime) {
    TemporaryDirectory directory;
    Process first(slow_run("600000", {"--checkpoint", directory.file("c")}));
    ASSERT_TRUE(first.wait_for_stderr("running"));
    const Outcome second = workflow_node(slow_run("1", {"--checkpoint", directory.file("c")}));
    EXPECT_EQ(second.exit_code, 2);
    EXPECT_NE(second.err.find("another process"), std::string::npos);
    EXPECT_EQ(directory.names(), (std::vector<std::string>{"c", "c.lock"}));
}

TEST(Checkpoint, ASuspendedRunIsResumedLater) {
    TemporaryDirectory directory;
    const std::string file = directory.file("c");
    const Outcome suspended = workflow_node(slow_run("600000", {"--checkpoint", file, "--suspend"}));
    EXPECT_EQ(suspended.exit_code, 4);
    EXPECT_EQ(suspended.out, "");
    EXPECT_NE(suspended.err.find("Suspended"), std::string::npos);
    EXPECT_EQ(directory.names(), std::vector<std::string>{"c"});
    EXPECT_EQ(workflow_node(slow_run("600000", {"--checkpoint", file, "--suspend-after", "1ms"})).exit_code,
              4);

    const Outcome deadline = workflow_node(slow_run("600000", {"--checkpoint", file, "--timeout", "100ms"}));
    EXPECT_EQ(deadline.exit_code, 3);
    EXPECT_EQ(directory.names(), std::vector<std::string>{"c"}); // what was paid for can be collected

    write_text(file, "{\"milliseconds\":1}");
    EXPECT_EQ(workflow_node(slow_run("600000", {"--checkpoint", file})).exit_code, 0);
    EXPECT_TRUE(directory.names().empty());
}

TEST(Checkpoint, IsKeptWhenNobodyReadTheOutput) {
    TemporaryDirectory directory;
    Process::Options options;
    options.standard_output = Process::Stdout::closed;
    EXPECT_EQ(workflow_node(slow_run("1", {"--checkpoint", directory.file("c")}), options).exit_code, 141);
    EXPECT_EQ(directory.names(), std::vector<std::string>{"c"});
    // A run whose reader leaves in the middle is suspended, not thrown away.
    EXPECT_EQ(
        workflow_node(slow_run("600000", {"--json", "--checkpoint", directory.file("d")}), options).exit_code,
        141);
    EXPECT_EQ(directory.names(), (std::vector<std::string>{"c", "d"}));
}

TEST(Checkpoint, IsKeptWhenThereIsNoStdout) {
    TemporaryDirectory directory;
    const std::string file = directory.file("c");
    Process::Options options;
    options.standard_output = Process::Stdout::none;
    const Outcome outcome = workflow_node(slow_run("1", {"--checkpoint", file}), options);
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_NE(outcome.err.find("could not be written to stdout"), std::string::npos) << outcome.err;
    EXPECT_EQ(directory.names(), std::vector<std::string>{"c"});
    EXPECT_EQ(read_text(file).find("echo\""), std::string::npos) << "no file is taken for stdout";
    EXPECT_EQ(workflow_node(slow_run("1", {"--checkpoint", file})).exit_code, 0);
    EXPECT_EQ(workflow_node({"--help"}, options).exit_code, 1);
}

} // namespace
