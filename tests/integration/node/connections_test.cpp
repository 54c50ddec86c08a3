// Sockets and slots: reuse, limits, many runs at once.
#include "scripted_api.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace node_tests {
namespace {

using namespace std::chrono_literals;
using test_support::checkpoint_of;
using test_support::describe;
using test_support::LiveRun;
using test_support::NodeHost;
using test_support::video_of;

std::vector<std::unique_ptr<LiveRun>> start_many(NodeHost& host, const test_support::RunSpec& spec,
                                                 int count) {
    std::vector<std::unique_ptr<LiveRun>> runs;
    runs.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        runs.push_back(host.start(spec));
    return runs;
}

void expect_videos(std::vector<std::unique_ptr<LiveRun>>& runs) {
    for (auto& live : runs) {
        const auto result = live->result();
        EXPECT_EQ(video_of(result), video_url) << describe(result);
        EXPECT_EQ(live->heard().completions, 1);
    }
}

TEST(Connections, AreKeptOpenAndUsedAgain) {
    ScriptedApi api(
        {.poll = [](const Request&, int nth) { return nth % 3 < 2 ? still_running() : finished(); }});
    NodeHost host;
    ASSERT_EQ(video_of(host.run(api.spec())), video_url);
    EXPECT_EQ(api.server().requests().size(), 4U);
    // The submit goes out on a connection of its own or a fresh one; the polls share.
    EXPECT_EQ(api.server().connections_accepted(), 1U);
    ASSERT_EQ(video_of(host.run(api.spec())), video_url);
    EXPECT_EQ(api.server().requests().size(), 8U);
    EXPECT_EQ(api.server().connections_accepted(), 1U);
}

TEST(Connections, NeverExceedTheirLimit) {
    const auto slowly = [](Reply reply) {
        reply.hold = 20ms;
        return reply;
    };
    ScriptedApi api(
        {.submit = [=](const Request&, int nth) { return slowly(accepted("job-" + std::to_string(nth))); },
         .poll = [=](const Request&, int) { return slowly(finished()); }});
    auto spec = api.spec();
    spec.connection["max_connections"] = 4;
    NodeHost host;
    auto runs = start_many(host, spec, 50);
    expect_videos(runs);
    EXPECT_LE(api.server().max_connections_open(), 4U);
    EXPECT_GE(api.server().max_connections_open(), 2U) << "nothing went on at once";
    EXPECT_EQ(api.submits().size(), 50U);
}

// The wait of the last run for the one connection is many times as long as a request may take.
TEST(Connections, TheWaitForOneIsNoTimeOfTheRequest) {
    const auto slowly = [](Reply reply) {
        reply.hold = 100ms;
        return reply;
    };
    ScriptedApi api(
        {.submit = [=](const Request&, int nth) { return slowly(accepted("job-" + std::to_string(nth))); },
         .poll = [=](const Request&, int) { return slowly(finished()); }});
    auto spec = api.spec();
    spec.connection["max_connections"] = 1;
    spec.connection["request_timeout_ms"] = 1000;
    NodeHost host;
    auto runs = start_many(host, spec, 30);
    expect_videos(runs);
    EXPECT_EQ(api.submits().size(), 30U) << "a submit was repeated";
}

// One connection, and a first submit that keeps it for a second.
class OneConnectionTaken : public testing::Test {
protected:
    OneConnectionTaken() { spec_.connection["max_connections"] = 1; }

    void take_it() {
        const auto before = api_.server().requests().size();
        taken_ = true;
        first_ = host_.start(spec_);
        ASSERT_TRUE(api_.server().wait_for_requests(before + 1, 10s));
        taken_ = false;
    }

    static bool is_submitting(const wfn::Progress& progress) {
        return progress.phase == wfn::Phase::submitting;
    }

    std::atomic<bool> taken_ = false;
    ScriptedApi api_{{.submit = [this](const Request&, int nth) {
        auto reply = accepted("job-" + std::to_string(nth));
        reply.hold = taken_ ? 1000ms : 0ms;
        return reply;
    }}};
    test_support::RunSpec spec_ = api_.spec();
    NodeHost host_;
    std::unique_ptr<LiveRun> first_;
};

TEST_F(OneConnectionTaken, ASubmitThatWaitsForItDoesNotGoOutAfterACancel) {
    take_it();
    const auto waiting = host_.start(spec_);
    ASSERT_TRUE(waiting->wait_for_progress(is_submitting));
    waiting->run().cancel();
    const auto result = waiting->result();
    EXPECT_EQ(result.outcome, wfn::Outcome::cancelled);
    EXPECT_EQ(result.error.value().charged, wfn::Charge::no);
    EXPECT_EQ(video_of(first_->result()), video_url);
    EXPECT_EQ(api_.submits().size(), 1U);
}

// The poll that waits is given up twice, and only once does that end a request.
TEST_F(OneConnectionTaken, ACancelRightAfterASuspendReachesTheJob) {
    auto with_job = spec_;
    with_job.suspend = wfn::Suspend::when_submitted;
    with_job.checkpoint = checkpoint_of(host_.run(with_job));
    with_job.suspend = wfn::Suspend::never;
    take_it();
    const auto waiting = host_.start(with_job);
    ASSERT_TRUE(waiting->wait_for_progress([](const wfn::Progress&) { return true; }));
    auto on_the_thread = spec_; // where both requests come before anything else that the run has to do
    on_the_thread.on_checkpoint = [&](const std::string&) {
        waiting->run().suspend();
        waiting->run().cancel();
        return wfn::CheckpointAnswer::not_kept;
    };
    host_.run(on_the_thread);
    EXPECT_EQ(waiting->result().outcome, wfn::Outcome::cancelled);
    EXPECT_EQ(api_.cancels().size(), 1U);
}

TEST(Slots, NeverExceedMaxRunningAndTheOthersAreShownAsQueued) {
    struct Jobs { // used on the server's thread only
        std::set<std::string> live;
        std::size_t most = 0;
    };
    const auto jobs = std::make_shared<Jobs>();
    ScriptedApi api({.submit =
                         [=](const Request&, int nth) {
                             const auto id = "job-" + std::to_string(nth);
                             jobs->live.insert("/v1/jobs/" + id);
                             jobs->most = std::max(jobs->most, jobs->live.size());
                             return accepted(id);
                         },
                     .poll =
                         [=](const Request& request, int) {
                             jobs->live.erase(request.target);
                             return finished();
                         }});
    auto spec = api.spec();
    spec.connection["max_running"] = 3;
    NodeHost host;
    auto runs = start_many(host, spec, 9);
    EXPECT_TRUE(runs.back()->wait_for_progress(
        [](const wfn::Progress& p) { return p.phase == wfn::Phase::queued && p.job_id.empty(); }));
    expect_videos(runs);
    EXPECT_EQ(api.submits().size(), 9U);
    EXPECT_LE(jobs->most, 3U);
    EXPECT_GE(jobs->most, 2U);
}

TEST(SpendingLimit, IsCountedForTheAccountWhateverElseItsConnectionsSay) {
    ScriptedApi api;
    auto spec = api.spec();
    spec.connection["max_submits_per_hour"] = 2;
    NodeHost host;
    ASSERT_EQ(video_of(host.run(spec)), video_url);
    spec.connection["max_running"] = 5; // another service
    ASSERT_EQ(video_of(host.run(spec)), video_url);
    const auto result = host.run(spec);
    ASSERT_TRUE(result.error) << describe(result);
    EXPECT_EQ(result.error->code, "spending_limit");
    EXPECT_EQ(result.error->type, "Spending Limit");
    EXPECT_NE(result.error->json.find(R"("charged":"no")"), std::string::npos) << describe(result);
    EXPECT_TRUE(result.error->retryable);
    EXPECT_GT(result.error->retry_after.value_or(0ms), 59min);
    EXPECT_EQ(api.submits().size(), 2U);
    spec.connection["max_submits_per_hour"] = 3;
    EXPECT_EQ(video_of(host.run(spec)), video_url);
    spec.connection["api_key"] = "another-account";
    spec.connection["max_submits_per_hour"] = 1;
    EXPECT_EQ(video_of(host.run(spec)), video_url);
}

TEST(Many, TwoHundredRunsAtOnceOnOneThread) {
    ScriptedApi api;
    NodeHost host;
    auto runs = start_many(host, api.spec(), 200);
    expect_videos(runs);
    EXPECT_EQ(api.submits().size(), 200U);
    EXPECT_LE(api.server().max_connections_open(), 64U);
    EXPECT_LT(api.server().connections_accepted(), 200U);
}

TEST(Many, TwoHundredRunsAtOnceOnFourThreads) {
    ScriptedApi api;
    NodeHost host(R"({"threads": 4})");
    auto runs = start_many(host, api.spec(), 200);
    expect_videos(runs);
    EXPECT_EQ(api.submits().size(), 200U);
    EXPECT_LE(api.server().max_connections_open(), 64U);
}

TEST(Many, CancelledAtOnceOnFourThreadsAllEnd) {
    ScriptedApi api({.poll = [](const Request&, int) { return still_running(); }});
    NodeHost host(R"({"threads": 4})");
    auto runs = start_many(host, api.spec(), 100);
    for (auto& live : runs)
        live->run().cancel();
    for (auto& live : runs) {
        EXPECT_EQ(live->result().outcome, wfn::Outcome::cancelled);
        EXPECT_EQ(live->heard().completions, 1);
    }
    EXPECT_LE(api.cancels().size(), api.submits().size());
}

TEST(RateLimit, OfOneRunPausesTheOthersOfTheConnection) {
    ScriptedApi api({.submit = [](const Request&, int nth) {
        if (nth > 0)
            return accepted("job-" + std::to_string(nth));
        auto reply = refused(429, "", "Slow down.");
        reply.headers.emplace_back("Retry-After", "2");
        return reply;
    }});
    NodeHost host;
    const auto first = host.start(api.spec());
    ASSERT_TRUE(
        first->wait_for_progress([](const wfn::Progress& p) { return p.phase == wfn::Phase::retrying; }));
    const auto second = host.start(api.spec());
    EXPECT_EQ(video_of(first->result()), video_url);
    EXPECT_EQ(video_of(second->result()), video_url);
    const auto submits = api.submits();
    ASSERT_EQ(submits.size(), 3U);
    EXPECT_GE(submits[1].at - submits[0].at, 1990ms);
    EXPECT_GE(submits[2].at - submits[0].at, 1990ms);
}

} // namespace
} // namespace node_tests
