// Wrong calls of open and execute: a status, no run, no callback.
#include "host_run.hpp"
#include "job_api.hpp"
#include "loaded_module.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

namespace boundary_tests {
namespace {

constexpr auto longest = std::numeric_limits<std::int64_t>::max();

class BadArguments : public testing::Test {
protected:
    // Changes one member of an otherwise good request and expects execute to refuse it.
    template <class Change>
    void expect_refused(Change change) {
        HostRun run(module_, api_.connection());
        change(run);
        EXPECT_EQ(WFN_INVALID_ARGUMENT, run.start(session_.get()));
        EXPECT_EQ(nullptr, run.handle());
        EXPECT_EQ(WFN_OK, session_.close()); // after it no callback can come any more
        EXPECT_EQ(0, run.completions());
        EXPECT_EQ(0U, api_.submits());
    }
    template <class Change>
    void expect_success(Change change) {
        HostRun run(module_, api_.connection());
        change(run);
        ASSERT_EQ(WFN_OK, run.start(session_.get()));
        EXPECT_EQ(WFN_SUCCEEDED, run.wait().outcome);
        EXPECT_EQ(1, run.completions());
    }

    JobApi api_;
    LoadedModule module_;
    OpenSession session_{module_};
};

TEST_F(BadArguments, OpenWithNulls) {
    EXPECT_EQ(WFN_INVALID_ARGUMENT, module_->open(nullptr, nullptr, nullptr));
    wfn_session* session = nullptr;
    ASSERT_EQ(WFN_OK, module_->open(nullptr, nullptr, &session));
    EXPECT_EQ(WFN_OK, module_->close(session));
}

TEST_F(BadArguments, OpenWithBadSettings) {
    for (const char* settings :
         {"", "{", "[]", "null", R"({"threads": 0})", R"({"threads": 65})", R"({"threads": "2"})",
          R"({"thread": 1})", "{\"threads\": 1}x", "{\"\xff\": 1}"}) {
        auto* session = reinterpret_cast<wfn_session*>(&module_); // NOLINT: must become NULL
        EXPECT_EQ(WFN_INVALID_ARGUMENT, module_->open(nullptr, settings, &session)) << settings;
        EXPECT_EQ(nullptr, session);
    }
}

TEST_F(BadArguments, OpenTellsTheHostWhatIsWrongWithTheSettings) {
    std::string log;
    wfn_host host{};
    host.struct_size = sizeof host;
    host.user_data = &log;
    host.log = [](void* text, wfn_log_level level, const char* message) {
        if (level == WFN_LOG_ERROR)
            *static_cast<std::string*>(text) += message;
    };
    wfn_session* session = nullptr;
    EXPECT_EQ(WFN_INVALID_ARGUMENT, module_->open(&host, R"({"threads": 0})", &session));
    EXPECT_NE(std::string::npos, log.find("threads")) << log;
}

// What a host's log was told, and what the module's functions answered inside it.
struct Log {
    const wfn_module* module = nullptr;
    wfn_session* session = nullptr;
    std::string text;
    std::vector<wfn_status> inside;
};

TEST_F(BadArguments, ExecuteTellsTheHostWhatIsWrongAndItsLogIsACallback) {
    Log log{module_.operator->(), nullptr, {}, {}};
    wfn_host host{};
    host.struct_size = sizeof host;
    host.user_data = &log;
    host.log = [](void* data, wfn_log_level, const char* message) {
        auto& to = *static_cast<Log*>(data);
        to.text += message;
        to.inside = {to.module->run_wait(nullptr, 0), to.module->close(to.session)};
        throw 7; // NOLINT: of whatever type
    };
    ASSERT_EQ(WFN_OK, module_->open(&host, nullptr, &log.session));
    wfn_request request{};
    wfn_run* run = nullptr;
    const auto& node = module_.node();
    EXPECT_EQ(WFN_INVALID_ARGUMENT, node.execute(&node, log.session, &request, &run));
    EXPECT_NE(std::string::npos, log.text.find("struct_size of the request is 0")) << log.text;
    EXPECT_EQ((std::vector<wfn_status>{WFN_WRONG_THREAD, WFN_WRONG_THREAD}), log.inside);
    EXPECT_EQ(WFN_OK, module_->close(log.session));
}

TEST_F(BadArguments, OpenWithHostsOfOtherSizes) {
    wfn_host host{};
    wfn_session* session = nullptr;
    for (const std::uint32_t size : {0U, 4U, static_cast<std::uint32_t>(sizeof host) - 1U}) {
        host.struct_size = size;
        EXPECT_EQ(WFN_INVALID_ARGUMENT, module_->open(&host, nullptr, &session)) << size;
        EXPECT_EQ(nullptr, session);
    }
    host.struct_size = 0xffffffffU;
    host.name = "a host of a later version";
    ASSERT_EQ(WFN_OK, module_->open(&host, nullptr, &session));
    EXPECT_EQ(WFN_OK, module_->close(session));
}

TEST_F(BadArguments, HostWithAnEnormousName) {
    const std::string name = std::string(1U << 20U, 'n') + "\r\nX-Injected: 1";
    wfn_host host{};
    host.struct_size = sizeof host;
    host.name = name.c_str();
    host.version = "1\r\nX-Injected: 1";
    wfn_session* session = nullptr;
    ASSERT_EQ(WFN_OK, module_->open(&host, nullptr, &session));
    HostRun run(module_, api_.connection());
    ASSERT_EQ(WFN_OK, run.start(session));
    EXPECT_EQ(WFN_SUCCEEDED, run.wait().outcome);
    EXPECT_EQ("", api_.server().requests().front().header("x-injected"));
    EXPECT_EQ(WFN_OK, module_->close(session));
}

TEST_F(BadArguments, ExecuteWithNulls) {
    wfn_run* handle = nullptr;
    HostRun run(module_, api_.connection());
    run.request.input_json = "{}";
    EXPECT_EQ(WFN_INVALID_ARGUMENT,
              module_.node().execute(&module_.node(), session_.get(), &run.request, nullptr));
    EXPECT_EQ(WFN_INVALID_ARGUMENT,
              module_.node().execute(&module_.node(), session_.get(), nullptr, &handle));
    EXPECT_EQ(nullptr, handle);
    EXPECT_EQ(WFN_INVALID_HANDLE, module_.node().execute(&module_.node(), nullptr, &run.request, &handle));
    const wfn_node other = module_.node(); // another address
    for (const auto* node : {static_cast<const wfn_node*>(nullptr), &other})
        EXPECT_EQ(WFN_INVALID_ARGUMENT, other.execute(node, session_.get(), &run.request, &handle));
    run.request.input_json = nullptr;
    EXPECT_EQ(WFN_INVALID_ARGUMENT,
              module_.node().execute(&module_.node(), session_.get(), &run.request, &handle));
    EXPECT_EQ(WFN_INVALID_ARGUMENT, module_.node().execute(&module_.node(), nullptr, nullptr, nullptr));
}

TEST_F(BadArguments, RequestOfSizeZero) {
    expect_refused([](HostRun& run) { run.request.struct_size = 0; });
}
TEST_F(BadArguments, RequestSmallerThanTheFirstVersions) {
    expect_refused([](HostRun& run) { run.request.struct_size = offsetof(wfn_request, on_attachment) - 1; });
}
TEST_F(BadArguments, NegativeTimeout) {
    expect_refused([](HostRun& run) { run.request.timeout_ms = -1; });
}
TEST_F(BadArguments, NegativeCheckpointTimeout) {
    expect_refused([](HostRun& run) { run.request.checkpoint_timeout_ms = -1; });
}
TEST_F(BadArguments, UnknownSuspend) {
    expect_refused([](HostRun& run) { run.request.suspend = 3; });
}
TEST_F(BadArguments, NegativeSuspend) {
    expect_refused([](HostRun& run) { run.request.suspend = -1; });
}
TEST_F(BadArguments, RunKeyOf513Bytes) {
    expect_refused([](HostRun& run) { run.run_key = std::string(513, 'k'); });
}
TEST_F(BadArguments, RunKeyOf2MiB) {
    expect_refused([](HostRun& run) { run.run_key = std::string(2U << 20U, 'k'); });
}

TEST_F(BadArguments, RunKeyOf512BytesIsTaken) {
    expect_success([](HostRun& run) { run.run_key = std::string(512, 'k'); });
}
TEST_F(BadArguments, RunKeyThatIsNotUtf8IsTaken) {
    expect_success([](HostRun& run) { run.run_key = "\xff\xfe\r\nX: 1"; });
}
// Each may be what keeps a run from paying.
TEST_F(BadArguments, UnknownFlags) {
    expect_refused([](HostRun& run) { run.request.flags = 1U << 31U; });
}
TEST_F(BadArguments, TraceparentThatIsNoneIsIgnored) {
    const std::string traceparent(1U << 20U, '\n');
    expect_success([&](HostRun& run) { run.request.traceparent = traceparent.c_str(); });
}
TEST_F(BadArguments, LongestTimes) {
    expect_success([](HostRun& run) {
        run.keeps_checkpoints = true;
        run.request.timeout_ms = longest;
        run.request.checkpoint_timeout_ms = longest;
        run.request.suspend = WFN_SUSPEND_AFTER;
        run.request.suspend_after_ms = longest;
    });
}

TEST_F(BadArguments, RequestOfALaterVersionWithALongerTail) {
    struct LaterRequest {
        wfn_request request;
        unsigned char tail[256];
    } later{};
    std::memset(later.tail, 0xa5, sizeof later.tail);
    const auto input = valid_input();
    const auto connection = api_.connection();
    for (const auto size : {static_cast<std::uint32_t>(sizeof later), 0xffffffffU}) {
        later.request.struct_size = size;
        later.request.input_json = input.c_str();
        later.request.connection_json = connection.c_str();
        wfn_run* run = nullptr;
        ASSERT_EQ(WFN_OK, module_.node().execute(&module_.node(), session_.get(), &later.request, &run));
        ASSERT_EQ(WFN_OK, module_->run_wait(run, -1));
        EXPECT_EQ(WFN_SUCCEEDED, module_->run_result(run)->outcome);
        EXPECT_EQ(WFN_OK, module_->run_release(run));
    }
}

TEST_F(BadArguments, WaitWithTheLongestAndShortestTimes) {
    HostRun run(module_, api_.connection());
    ASSERT_EQ(WFN_OK, run.start(session_.get()));
    EXPECT_EQ(WFN_OK, module_->run_wait(run.handle(), longest));
    EXPECT_EQ(WFN_OK, module_->run_wait(run.handle(), std::numeric_limits<std::int64_t>::min()));
    EXPECT_EQ(WFN_OK, module_->run_wait(run.handle(), 0));
}

} // namespace
} // namespace boundary_tests
