// Ctrl-C, SIGTERM and hang-ups.
#include "process.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <csignal>

namespace {

const std::vector<std::string> long_run{"run",     "slow_echo", "--set",
                                        "text=hi", "--set",     "milliseconds=600000"};

TEST(Signal, CancelsTheRun) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        Process process(long_run);
        ASSERT_TRUE(process.wait_for_stderr("running")) << process.err();
        process.send(signal);
        EXPECT_EQ(process.wait(), 128 + signal);
        EXPECT_EQ(process.out(), "");
        EXPECT_NE(process.err().find("Cancelling"), std::string::npos) << process.err();
        EXPECT_NE(process.err().find("The run was cancelled"), std::string::npos) << process.err();
    }
}

TEST(Signal, OneThatIsIgnoredAsByNohupStaysIgnored) {
    Process::Options options;
    options.ignored_signal = SIGHUP;
    std::vector<std::string> arguments = long_run;
    arguments.back() = "milliseconds=500";
    Process process(arguments, options);
    ASSERT_TRUE(process.wait_for_stderr("running")) << process.err();
    process.send(SIGHUP);
    EXPECT_EQ(process.wait(), 0) << process.err();
}

TEST(Signal, IsAnOutcomeForPrograms) {
    std::vector<std::string> arguments = long_run;
    arguments.emplace_back("--json");
    Process process(arguments);
    ASSERT_TRUE(process.wait_for_stdout("\"running\"")) << process.err();
    process.send(SIGINT);
    EXPECT_EQ(process.wait(), 130);
    const boost::json::value result = boost::json::parse(lines_of(process.out()).back());
    EXPECT_EQ(result.at("outcome"), "cancelled");
}

TEST(Signal, ASecondOneQuitsEvenWhenOutputIsStuck) {
    Process::Options options;
    options.standard_output = Process::Stdout::full;
    options.environment["TSAN_OPTIONS"] = "report_thread_leaks=0"; // quitting at once leaves its threads
    std::vector<std::string> arguments = long_run;
    arguments.insert(arguments.end(), {"--json", "-v"});
    Process process(arguments, options);
    // The first line of log is written before the first event gets stuck in the full pipe.
    ASSERT_TRUE(process.wait_for_stderr("listening")) << process.err();
    // Two signals of one kind that are pending at once are one: they are repeated until it has ended.
    for (int i = 0; i < 6000 && process.running(); ++i)
        process.send(SIGINT);
    EXPECT_EQ(process.wait(), 130);
}

} // namespace
