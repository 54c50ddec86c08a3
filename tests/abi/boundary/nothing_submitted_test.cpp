// What a host may ask without a job: whether the connection works, and what would be sent.
#include "host_run.hpp"
#include "job_api.hpp"
#include "loaded_module.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace boundary_tests {
namespace {

using test_support::json_reply;
using test_support::Request;
using test_support::ScriptedServer;

constexpr std::uint32_t check = WFN_VALIDATE_ONLY | WFN_CHECK_CONNECTION;
constexpr std::uint32_t all_flags =
    WFN_VALIDATE_ONLY | WFN_CANCEL_JOB_AT_DEADLINE | WFN_COLLECT_ONLY | WFN_CHECK_CONNECTION | WFN_DRY_RUN;

bool speaks_of(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string connection_to(const ScriptedServer& server) {
    return R"({"api_key": "test-key-7", "allow_insecure_loopback": true, "base_url": ")" + server.base_url()
           + "\"}";
}

class NothingSubmitted : public testing::Test {
protected:
    Ending ended(HostRun& run, std::uint32_t flags) {
        run.request.flags = flags;
        EXPECT_EQ(WFN_OK, run.start(session_.get()));
        return run.wait();
    }

    LoadedModule module_;
    OpenSession session_{module_};
};

TEST_F(NothingSubmitted, AConnectionIsCheckedWithoutAnInput) {
    const ScriptedServer server([](const Request& request) {
        const bool knows_key = request.header("authorization") == "Bearer test-key-7";
        return knows_key ? json_reply(404, R"({"error": {"code": "not_found"}})") : json_reply(401, "{}");
    });
    HostRun run(module_, connection_to(server));
    run.input = std::nullopt;
    const auto ending = ended(run, check);
    EXPECT_EQ(WFN_SUCCEEDED, ending.outcome) << ending.error_json;
    EXPECT_FALSE(ending.output);
    EXPECT_EQ("[]", ending.warnings);
    ASSERT_EQ(1U, server.requests().size());
    EXPECT_EQ("GET", server.requests().front().method);
}

TEST_F(NothingSubmitted, ARefusedKeyIsTold) {
    const ScriptedServer server([](const Request&) { return json_reply(401, "{}"); });
    HostRun run(module_, connection_to(server));
    const auto ending = ended(run, check);
    EXPECT_EQ("api_connection_error", ending.error_code);
    EXPECT_TRUE(speaks_of(ending.error_json, R"("charged":"no")")) << ending.error_json;
    EXPECT_FALSE(speaks_of(ending.error_json, "test-key-7"));
}

TEST_F(NothingSubmitted, AnInputThatIsGivenIsCheckedFirst) {
    const ScriptedServer server([](const Request&) { return json_reply(404, "{}"); });
    HostRun run(module_, connection_to(server));
    run.input = "{}";
    EXPECT_EQ("invalid_input", ended(run, check).error_code);
    EXPECT_TRUE(server.requests().empty());
}

TEST_F(NothingSubmitted, ACheckNeedsAConnection) {
    HostRun run(module_, {});
    run.connection = std::nullopt;
    EXPECT_EQ("invalid_connection", ended(run, check).error_code);
}

// A check that fails says nothing of the job that the checkpoint names, and must not seem to.
TEST_F(NothingSubmitted, ACheckGivesTheCheckpointBackWithWhatItSaysOfMoney) {
    JobApi api({.polls_until_done = JobScript::never});
    HostRun earlier(module_, api.connection());
    earlier.keeps_checkpoints = true;
    earlier.request.suspend = WFN_SUSPEND_WHEN_SUBMITTED;
    const auto kept = ended(earlier, 0).checkpoint;
    ASSERT_TRUE(kept && speaks_of(*kept, "job-1"));

    ScriptedServer server([](const Request&) { return json_reply(404, R"({"error": {"code": "no_job"}})"); });
    HostRun passed(module_, connection_to(server));
    passed.checkpoint = kept;
    EXPECT_EQ(kept, ended(passed, check).checkpoint);
    server.refuse_connections();
    HostRun failed(module_, connection_to(server));
    failed.checkpoint = kept;
    const auto ending = ended(failed, check);
    EXPECT_EQ("api_connection_error", ending.error_code);
    EXPECT_EQ(kept, ending.checkpoint);
    EXPECT_TRUE(speaks_of(ending.error_json, R"("charged":"unknown")")) << ending.error_json;
    EXPECT_TRUE(speaks_of(ending.error_json, R"("job_id":"job-1")")) << ending.error_json;
}

TEST_F(NothingSubmitted, ACheckIsPartOfAValidation) {
    HostRun run(module_, "{}");
    run.request.flags = WFN_CHECK_CONNECTION;
    EXPECT_EQ(WFN_INVALID_ARGUMENT, run.start(session_.get()));
    for (const std::uint32_t flags : {0U | WFN_DRY_RUN | WFN_VALIDATE_ONLY, check | WFN_DRY_RUN}) {
        run.request.flags = flags;
        EXPECT_EQ(WFN_INVALID_ARGUMENT, run.start(session_.get())) << flags;
    }
}

TEST_F(NothingSubmitted, ADryRunSendsNothing) {
    const ScriptedServer server([](const Request&) { return json_reply(500, "{}"); });
    HostRun run(module_, connection_to(server));
    run.keeps_checkpoints = true;
    const auto ending = ended(run, WFN_DRY_RUN);
    EXPECT_EQ(WFN_SUCCEEDED, ending.outcome) << ending.error_json;
    ASSERT_TRUE(ending.output);
    EXPECT_TRUE(speaks_of(*ending.output, R"("purpose":"submit")")) << *ending.output;
    EXPECT_TRUE(speaks_of(*ending.output, "Bearer ***"));
    EXPECT_FALSE(speaks_of(*ending.output, "test-key-7"));
    EXPECT_TRUE(run.checkpoints().empty());
    EXPECT_TRUE(server.requests().empty());
}

TEST_F(NothingSubmitted, ADryRunTakesNothingOfTheHoursBudget) {
    JobApi api;
    auto connection = api.connection();
    connection.replace(connection.rfind('}'), 1, R"(, "max_submits_per_hour": 1})");
    for (const std::uint32_t flags : {WFN_DRY_RUN | 0U, WFN_DRY_RUN | 0U, 0U, WFN_DRY_RUN | 0U}) {
        HostRun run(module_, connection);
        EXPECT_EQ(WFN_SUCCEEDED, ended(run, flags).outcome) << flags;
    }
    EXPECT_EQ(1U, api.submits());
}

// Only a run with none of these flags pays, whatever they are combined to.
TEST_F(NothingSubmitted, OnlyARunPaysWhateverTheFlags) {
    JobApi api;
    for (std::uint32_t flags = 0; flags <= all_flags; ++flags) {
        HostRun run(module_, api.connection());
        run.request.flags = flags;
        const auto before = api.submits();
        if (run.start(session_.get()) == WFN_OK)
            run.wait();
        const bool pays = (flags & ~static_cast<std::uint32_t>(WFN_CANCEL_JOB_AT_DEADLINE)) == 0;
        EXPECT_EQ(before + (pays ? 1 : 0), api.submits()) << flags;
    }
}

} // namespace
} // namespace boundary_tests
