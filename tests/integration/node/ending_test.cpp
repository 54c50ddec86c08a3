// Cancel, deadline and suspend.
#include "scripted_api.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>

namespace node_tests {
namespace {

using namespace std::chrono_literals;
using test_support::checkpoint_of;
using test_support::describe;
using test_support::NodeHost;
using test_support::video_of;
using Then = test_support::Reply::Then;

// node.h promises 5 s; the rest is for a machine that is busy with other things.
constexpr auto cancel_bound = 20s;

Reply always_running(const Request&, int) {
    return still_running();
}

Reply accepted_after_a_second(const Request&, int) {
    auto reply = accepted("job-1");
    reply.hold = 1s;
    return reply;
}

wfn::Result cancel_now(test_support::LiveRun& live) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(live.run().cancel(), WFN_OK);
    auto result = live.result();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, cancel_bound);
    return result;
}

void expect_cancelled(const wfn::Result& result, const char* charged) {
    EXPECT_EQ(result.outcome, wfn::Outcome::cancelled) << describe(result);
    EXPECT_EQ(error_member(result, "type"), "Cancelled");
    EXPECT_EQ(error_member(result, "code"), "cancelled");
    EXPECT_EQ(error_member(result, "charged"), charged);
    EXPECT_EQ(error_member(result, "retryable"), "false");
}

TEST(Cancel, BetweenPollsCancelsTheJob) {
    ScriptedApi api({.poll = always_running});
    NodeHost host;
    const auto live = host.start(api.spec());
    ASSERT_TRUE(live->wait_for_progress([](const wfn::Progress& p) { return p.fraction == 0.25; }));
    expect_cancelled(cancel_now(*live), "unknown");
    ASSERT_EQ(api.cancels().size(), 1U);
    EXPECT_EQ(api.cancels()[0].target, "/v1/jobs/job-1");
    EXPECT_EQ(live->heard().completions, 1);
}

TEST(Cancel, DuringAPollCancelsTheJob) {
    ScriptedApi api({.poll = [](const Request&, int) { return no_reply(Reply::Then::fall_silent); }});
    NodeHost host;
    const auto live = host.start(api.spec());
    ASSERT_TRUE(api.server().wait_for_requests(2, test_support::long_enough));
    expect_cancelled(cancel_now(*live), "unknown");
    EXPECT_EQ(api.cancels().size(), 1U);
}

TEST(Cancel, DuringTheSubmitCancelsTheJobThatItMakes) {
    ScriptedApi api({.submit = accepted_after_a_second});
    NodeHost host;
    const auto live = host.start(api.spec());
    ASSERT_TRUE(api.server().wait_for_requests(1, test_support::long_enough));
    const auto result = cancel_now(*live);
    expect_cancelled(result, "unknown");
    EXPECT_EQ(error_member(result, "job_id"), "job-1");
    EXPECT_EQ(api.cancels().size(), 1U);
    EXPECT_TRUE(api.polls().empty());
}

TEST(Cancel, DuringASubmitThatIsNeverAnsweredEndsWithinItsBound) {
    ScriptedApi api({.submit = [](const Request&, int) { return no_reply(Reply::Then::fall_silent); }});
    NodeHost host;
    const auto live = host.start(api.spec());
    ASSERT_TRUE(api.server().wait_for_requests(1, test_support::long_enough));
    const auto result = cancel_now(*live);
    expect_cancelled(result, "unknown");
    EXPECT_TRUE(result.checkpoint.has_value());
}

TEST(Cancel, BeforeTheSubmitSendsNothing) {
    ScriptedApi api;
    auto spec = api.spec();
    spec.on_checkpoint = [](const std::string&) { return wfn::CheckpointAnswer::later; };
    NodeHost host;
    const auto live = host.start(spec);
    expect_cancelled(cancel_now(*live), "no");
    EXPECT_TRUE(api.server().requests().empty());
}

TEST(Cancel, ThatIsNeverAnsweredEndsWithinItsBoundAndCanBeTakenUp) {
    ScriptedApi api({.poll = always_running,
                     .cancel = [](const Request&, int) { return no_reply(Reply::Then::fall_silent); }});
    NodeHost host;
    const auto live = host.start(api.spec());
    ASSERT_TRUE(live->wait_for_progress([](const wfn::Progress& p) { return p.fraction == 0.25; }));
    const auto result = cancel_now(*live);
    expect_cancelled(result, "unknown");
    EXPECT_TRUE(result.checkpoint.has_value());
    EXPECT_NE(result.error->message.find("goes on"), std::string::npos);
}

TEST(Cancel, OfAJobThatIsJustDoneStillDeliversTheVideo) {
    ScriptedApi api({.poll = always_running, .cancel = [](const Request&, int) { return finished(); }});
    NodeHost host;
    const auto live = host.start(api.spec());
    ASSERT_TRUE(live->wait_for_progress([](const wfn::Progress& p) { return p.fraction == 0.25; }));
    const auto result = cancel_now(*live);
    EXPECT_EQ(video_of(result), video_url) << describe(result);
}

TEST(Cancel, EndsTheWaitForATurn) {
    ScriptedApi api({.poll = always_running});
    auto spec = api.spec();
    spec.connection["max_running"] = 1;
    NodeHost host;
    const auto first = host.start(spec);
    ASSERT_TRUE(first->wait_for_progress([](const wfn::Progress& p) { return p.fraction == 0.25; }));
    const auto second = host.start(spec);
    ASSERT_TRUE(
        second->wait_for_progress([](const wfn::Progress& p) { return p.phase == wfn::Phase::queued; }));
    expect_cancelled(cancel_now(*second), "no");
    EXPECT_EQ(api.submits().size(), 1U);
}

TEST(Deadline, LeavesTheJobAndItsCheckpointCollectsTheVideoLater) {
    std::atomic<bool> done = false;
    ScriptedApi api({.poll = [&](const Request&, int) { return done ? finished() : still_running(); }});
    auto spec = api.spec();
    spec.run_key = "order-18";
    spec.timeout = 1500ms;
    NodeHost host;
    const auto late = host.run(spec);
    ASSERT_EQ(error_member(late, "type"), "Processing Timeout") << describe(late);
    ASSERT_TRUE(late.checkpoint.has_value());
    EXPECT_EQ(error_member(late, "job_id"), "job-1");
    EXPECT_EQ(error_member(late, "charged"), "unknown");
    EXPECT_TRUE(late.error->retryable);

    done = true;
    spec.checkpoint = late.checkpoint->json;
    spec.timeout = test_support::long_enough;
    const auto result = host.run(spec);
    EXPECT_EQ(video_of(result), video_url) << describe(result);
    EXPECT_EQ(api.submits().size(), 1U);
    EXPECT_TRUE(api.cancels().empty());
}

TEST(Deadline, CancelsTheJobWhereTheHostAskedForIt) {
    ScriptedApi api({.poll = always_running});
    auto spec = api.spec();
    spec.timeout = 1500ms;
    spec.cancel_job_at_deadline = true;
    NodeHost host;
    const auto result = host.run(spec);
    EXPECT_EQ(error_member(result, "type"), "Processing Timeout") << describe(result);
    EXPECT_EQ(api.cancels().size(), 1U);
}

TEST(Deadline, OfTheConnectionCountsWhereTheHostSetsNone) {
    ScriptedApi api({.poll = always_running});
    auto spec = api.spec();
    spec.timeout = 0ms;
    spec.connection["job_timeout_ms"] = 1500;
    NodeHost host;
    const auto result = host.run(spec);
    EXPECT_EQ(error_member(result, "type"), "Processing Timeout") << describe(result);
}

TEST(Deadline, DuringTheSubmitEndsAsSubmissionUnknown) {
    ScriptedApi api({.submit = [](const Request&, int) { return no_reply(Reply::Then::fall_silent); }});
    auto spec = api.spec();
    spec.timeout = 1500ms;
    NodeHost host;
    const auto result = host.run(spec);
    EXPECT_EQ(error_member(result, "type"), "Submission Unknown") << describe(result);
    EXPECT_EQ(error_member(result, "charged"), "unknown");
    EXPECT_TRUE(result.checkpoint.has_value());
}

TEST(Suspend, WhenSubmittedAndResumedByAnotherSessionPaysOnce) {
    ScriptedApi api;
    auto spec = api.spec();
    spec.run_key = "order-19";
    spec.suspend = wfn::Suspend::when_submitted;
    wfn::Result suspended;
    {
        NodeHost host;
        suspended = host.run(spec);
    }
    ASSERT_EQ(suspended.outcome, wfn::Outcome::suspended) << describe(suspended);
    ASSERT_TRUE(suspended.checkpoint.has_value());
    ASSERT_TRUE(suspended.resume_after.has_value());
    EXPECT_FALSE(suspended.error.has_value());

    spec.suspend = wfn::Suspend::never;
    spec.checkpoint = suspended.checkpoint->json;
    NodeHost host;
    const auto result = host.run(spec);
    EXPECT_EQ(video_of(result), video_url) << describe(result);
    EXPECT_EQ(api.submits().size(), 1U);
}

TEST(Suspend, AfterATimeOfRunning) {
    ScriptedApi api({.poll = always_running});
    auto spec = api.spec();
    spec.suspend = wfn::Suspend::after;
    spec.suspend_after = 2500ms; // the first look comes within two seconds
    NodeHost host;
    const auto result = host.run(spec);
    EXPECT_EQ(result.outcome, wfn::Outcome::suspended) << describe(result);
    EXPECT_TRUE(result.checkpoint.has_value());
    EXPECT_FALSE(api.polls().empty());
    EXPECT_TRUE(api.cancels().empty());
}

TEST(Suspend, DuringTheSubmitWaitsForTheJob) {
    ScriptedApi api({.submit = accepted_after_a_second});
    NodeHost host;
    const auto live = host.start(api.spec());
    ASSERT_TRUE(api.server().wait_for_requests(1, test_support::long_enough));
    EXPECT_EQ(live->run().suspend(), WFN_OK);
    const auto result = live->result();
    ASSERT_EQ(result.outcome, wfn::Outcome::suspended) << describe(result);
    EXPECT_NE(checkpoint_of(result).find("job-1"), std::string::npos);
}

TEST(Checkpoint, OfASubmittedJobIsRefusedForOtherInputs) {
    ScriptedApi api;
    auto spec = api.spec();
    spec.suspend = wfn::Suspend::when_submitted;
    NodeHost host;
    const auto suspended = host.run(spec);
    ASSERT_EQ(suspended.outcome, wfn::Outcome::suspended) << describe(suspended);
    spec.checkpoint = checkpoint_of(suspended);
    spec.input["prompt"] = "The camera tilts slowly upwards";
    const auto result = host.run(spec);
    EXPECT_EQ(error_member(result, "type"), "Invalid Input") << describe(result);
    EXPECT_EQ(error_member(result, "job_id"), "job-1");
    EXPECT_EQ(api.submits().size(), 1U);
}

TEST(Checkpoint, OfAnIntentIsNotSubmittedAgainWithoutAnHonouredKey) {
    ScriptedApi api;
    auto spec = api.spec();
    spec.run_key = "order-20";
    NodeHost host;
    const auto live = host.start(spec);
    ASSERT_EQ(video_of(live->result()), video_url);
    spec.checkpoint = live->heard().checkpoints.at(0); // as if the process had died during the submit
    const auto uncertain = host.run(spec);
    EXPECT_EQ(error_member(uncertain, "type"), "Submission Unknown") << describe(uncertain);
    EXPECT_EQ(api.submits().size(), 1U);

    spec.connection["idempotent_submit"] = true;
    const auto result = host.run(spec);
    EXPECT_EQ(video_of(result), video_url) << describe(result);
    const auto submits = api.submits();
    ASSERT_EQ(submits.size(), 2U);
    EXPECT_EQ(submits[0].header("idempotency-key"), submits[1].header("idempotency-key"));
}

} // namespace
} // namespace node_tests
