// The module in somebody else's process: what it leaves as it was.
#include "child_process.hpp"
#include "connect_proxy.hpp"
#include "host_run.hpp"
#include "job_api.hpp"
#include "loaded_module.hpp"
#include "process_state.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace boundary_tests {
namespace {

// The exit code of a program with the text as its standard input: a connection is a secret and no argument.
int run_with_input(const std::vector<std::string>& arguments, const std::string& text) {
    constexpr auto longer_than_the_test = std::chrono::minutes(10);
    return test_support::run_command(arguments, longer_than_the_test, {.input = text}).exit_code;
}

// All that the C library lets a program block; those from 32 to SIGRTMIN are its own.
std::set<int> blockable_signals() {
    std::set<int> signals;
    for (int signal = 1; signal <= SIGRTMAX; ++signal)
        if (signal != SIGKILL && signal != SIGSTOP && (signal < 32 || signal >= SIGRTMIN))
            signals.insert(signal);
    return signals;
}

TEST(GuestManners, ThreadsTakeNoSignalOfTheHost) {
    const JobApi api({.polls_until_done = JobScript::never});
    const LoadedModule module;
    const auto before = thread_ids();
    OpenSession session(module, R"({"threads": 3})");
    HostRun run(module, api.connection());
    ASSERT_EQ(WFN_OK, run.start(session.get()));
    ASSERT_TRUE(api.server().wait_for_requests(1, std::chrono::seconds(60)));
    int threads = 0;
    for (const int thread : thread_ids()) {
        if (before.count(thread) != 0)
            continue;
        ++threads;
        // While it starts, the C library has a thread block its own signals too.
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (blocked_signals(thread) != blockable_signals() && std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        EXPECT_EQ(blockable_signals(), blocked_signals(thread));
    }
    EXPECT_EQ(3, threads);
}

TEST(GuestManners, TheProcessIsAsItWas) {
    const JobApi api;
    const auto handlers = signal_handlers();
    const auto variables = environment();
    const auto threads = thread_ids();
    const auto directory = std::filesystem::current_path();
    {
        const LoadedModule module;
        OpenSession session(module);
        HostRun run(module, api.connection());
        ASSERT_EQ(WFN_OK, run.start(session.get()));
        EXPECT_EQ(WFN_SUCCEEDED, run.wait().outcome);
        EXPECT_EQ(handlers, signal_handlers());
        EXPECT_EQ(variables, environment());
        EXPECT_TRUE(is_mapped("pixelml_nodes.so"));
    }
    EXPECT_EQ(handlers, signal_handlers());
    EXPECT_EQ(variables, environment());
    EXPECT_EQ(threads, thread_ids());
    EXPECT_EQ(directory, std::filesystem::current_path());
    EXPECT_EQ(dlclose_leaves_mapped, is_mapped("pixelml_nodes.so"));
}

TEST(GuestManners, UnloadWithRunsThatWereNeverReleased) {
    const JobApi api;
    const auto threads = thread_ids();
    {
        const LoadedModule module;
        OpenSession session(module);
        HostRun run(module, api.connection());
        ASSERT_EQ(WFN_OK, run.start(session.get()));
        run.wait();
        ASSERT_EQ(WFN_OK, session.close());
        run.forget_handle();
    }
    EXPECT_EQ(threads, thread_ids());
    EXPECT_EQ(dlclose_leaves_mapped, is_mapped("pixelml_nodes.so"));
}

class Cycles : public testing::TestWithParam<bool> {};

TEST_P(Cycles, LoadOpenRunCloseUnloadLeaveNothing) {
    const JobApi api({.tls = GetParam()});
    EXPECT_EQ(0, run_with_input(
                     {GUEST_CYCLES, MODULE_PATH, std::to_string(CYCLES), std::to_string(CYCLES_GROWTH_KIB)},
                     api.connection()));
    EXPECT_EQ(std::size_t{CYCLES}, api.submits());
}
INSTANTIATE_TEST_SUITE_P(Over, Cycles, testing::Values(false, true),
                         [](const auto& tls) { return tls.param ? "Https" : "Http"; });

class SecretsAfterRun : public testing::TestWithParam<bool> {};

// Also shows that the program finds what is there.
TEST_P(SecretsAfterRun, AreNowhereInMemory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer keeps what was freed, and its shadow is too large to search";
#endif
    const JobApi api({.polls_until_done = 2, .tls = GetParam()});
    const test_support::ConnectProxy proxy("");
    auto connection = api.connection();
    const std::string key = R"("api_key":")";
    const auto begin = connection.find(key) + key.size();
    connection.replace(begin, connection.find('"', begin) - begin, "KEY");
    connection.insert(1,
                      R"("proxy":"http://otto:PASSWORD@127.0.0.1:)" + std::to_string(proxy.port()) + R"(",)");
    EXPECT_EQ(0, run_with_input({SECRETS_AFTER_RUN, MODULE_PATH}, connection));
    EXPECT_EQ(0, run_with_input({SECRETS_AFTER_RUN, MODULE_PATH, "seen"}, connection));
    EXPECT_EQ(api.submits(), 2U);
}
INSTANTIATE_TEST_SUITE_P(Over, SecretsAfterRun, testing::Values(false, true),
                         [](const auto& tls) { return tls.param ? "Https" : "Http"; });

TEST(GuestManners, ExitAtAnyMomentKeepsTheHostsExitCode) {
    const JobApi api({.polls_until_done = 1, .tls = true});
    for (int seed = 0; seed < EXITS; ++seed)
        EXPECT_EQ(40 + seed % 50,
                  run_with_input({EXIT_AMID_RUNS, MODULE_PATH, std::to_string(seed)}, api.connection()))
            << "seed " << seed;
}

} // namespace
} // namespace boundary_tests
