// How a run without a job, or with its submit under way, ends early.
#include "job/flow_story.hpp"

#include <gtest/gtest.h>

namespace job_engine::testing {
namespace {

using Kind = TransportFailure::Kind;
using State = Checkpoint::State;

class WithoutAJob : public ::testing::TestWithParam<Place> {};

TEST_P(WithoutAJob, CancelEndsTheRunUnpaid) {
    auto run = story_at(GetParam());
    const int sends = run.sends();
    run.cancel();
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled);
    EXPECT_EQ(run.error().code, ErrorCode::cancelled);
    EXPECT_EQ(run.error().charged, Charged::no);
    EXPECT_FALSE(run.outcome().checkpoint);
    EXPECT_EQ(run.sends(), sends);
}

TEST_P(WithoutAJob, SuspendKeepsTheKey) {
    auto run = story_at(GetParam());
    run.suspend();
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::suspended);
    const auto& checkpoint = run.outcome().checkpoint.value();
    EXPECT_EQ(checkpoint.state, State::prepared);
    FlowStory same_run;
    same_run.submit();
    EXPECT_EQ(checkpoint.key, same_run.key());
    EXPECT_GE(run.outcome().resume_after, 0ms);
}

TEST_P(WithoutAJob, DeadlineEndsTheRunUnpaidAndRetryable) {
    Facts facts;
    facts.timeout = 200ms;
    auto run = story_at(GetParam(), facts);
    while (!run.over())
        run.wake();
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::failed);
    EXPECT_EQ(run.error().charged, Charged::no);
    EXPECT_TRUE(run.error().retryable);
    EXPECT_LE(run.sends(), 1);
}

TEST_P(WithoutAJob, SuspendWhenSubmittedHasToWaitForTheSubmit) {
    Facts facts;
    facts.suspend_after = 0ms;
    auto run = story_at(GetParam(), facts);
    run.timer();
    EXPECT_FALSE(run.over());
}

INSTANTIATE_TEST_SUITE_P(States, WithoutAJob,
                         ::testing::Values(Place{"AwaitingASlot", [](FlowStory& run) { run.start(); }, true},
                                           Place{"SavingTheIntent", [](FlowStory& run) { run.start(); }},
                                           Place{"VoidingTheIntent",
                                                 [](FlowStory& run) {
                                                     run.submit();
                                                     run.reply(503, "{}", 100ms);
                                                 }},
                                           Place{"WaitingToRepeat",
                                                 [](FlowStory& run) {
                                                     run.submit();
                                                     run.reply(503, "{}", 100ms);
                                                     if (run.saving())
                                                         run.kept();
                                                 }}),
                         name_of);

// --------------------------------------------------------------------- while the submit is under way

TEST(JobFlowSubmitUnderWay, CancelDuringTheSubmitWaitsForTheReplyAndCancelsItsJob) {
    FlowStory run;
    run.submit();
    run.cancel();
    EXPECT_TRUE(run.last_was_continue());
    EXPECT_EQ(run.progress().phase, Phase::cancelling);
    EXPECT_LE(run.until_wake(), 5s);
    run.reply(201, job_json("queued"));
    EXPECT_EQ(run.request().method, "DELETE");
    EXPECT_EQ(run.request().target, "/v1/jobs/job-1");
    run.reply(200, job_json("cancelled"));
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled);
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_EQ(run.outcome().checkpoint.value().generation, 1); // the key is used up
}

TEST(JobFlowSubmitUnderWay, CancelDuringASubmitThatCertainlyFailedIsUnpaid) {
    FlowStory by_reply;
    by_reply.submit();
    by_reply.cancel();
    by_reply.reply(503);
    EXPECT_EQ(by_reply.outcome().kind, Outcome::Kind::cancelled);
    EXPECT_EQ(by_reply.error().charged, Charged::no);
    EXPECT_FALSE(by_reply.outcome().checkpoint);

    FlowStory by_failure;
    by_failure.submit();
    by_failure.cancel();
    by_failure.fails(Kind::unreachable, false);
    EXPECT_EQ(by_failure.outcome().kind, Outcome::Kind::cancelled);
    EXPECT_EQ(by_failure.error().charged, Charged::no);
}

TEST(JobFlowSubmitUnderWay, CancelDuringASubmitThatMayHaveArrivedKeepsTheIntent) {
    for (const auto& connection : {std::string(), idempotent_submit}) {
        FlowStory run({connection});
        run.submit();
        const auto key = run.key();
        run.cancel();
        run.fails(Kind::broken, true);
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled);
        EXPECT_EQ(run.error().charged, Charged::unknown);
        EXPECT_EQ(run.outcome().checkpoint.value().state, State::intent);
        EXPECT_EQ(run.outcome().checkpoint.value().key, key);
    }
}

TEST(JobFlowSubmitUnderWay, CancelDuringASubmitWithoutAnAnswerIsBounded) {
    for (const bool arrived : {false, true}) {
        FlowStory run;
        run.submit();
        const auto begin = run.now();
        run.cancel();
        run.wake();
        EXPECT_TRUE(run.abort_asked());
        EXPECT_EQ(run.now() - begin, 5s);
        run.aborted(arrived);
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled);
        EXPECT_EQ(run.error().charged, arrived ? Charged::unknown : Charged::no);
        EXPECT_EQ(run.outcome().checkpoint.has_value(), arrived);
    }
}

TEST(JobFlowSubmitUnderWay, AReplyThatOvertakesTheForcedEndIsNotLostAndItsCancelIsBounded) {
    FlowStory run({R"("request_timeout_ms": 600000)"});
    run.submit();
    run.cancel();
    run.wake();
    ASSERT_TRUE(run.abort_asked());
    run.reply(201, job_json("queued"));
    EXPECT_EQ(run.request().method, "DELETE");
    EXPECT_LE(run.until_wake(), 5s);
    EXPECT_LE(run.request().timeout, 5s);
}

// It waits for a connection: there is no answer to wait for, and it must not go out any more.
TEST(JobFlowSubmitUnderWay, ASubmitThatIsNotSentYetIsGivenUpAtOnce) {
    FlowStory cancelled;
    cancelled.submit();
    cancelled.cancel_before_it_is_sent();
    EXPECT_TRUE(cancelled.abort_asked());
    cancelled.aborted(false);
    EXPECT_EQ(cancelled.outcome().kind, Outcome::Kind::cancelled);
    EXPECT_EQ(cancelled.error().charged, Charged::no);

    FlowStory suspended;
    suspended.submit();
    suspended.suspend_before_it_is_sent();
    EXPECT_TRUE(suspended.abort_asked());
    suspended.aborted(false);
    EXPECT_EQ(suspended.outcome().kind, Outcome::Kind::suspended);
    EXPECT_EQ(suspended.outcome().checkpoint.value().state, State::prepared);
}

TEST(JobFlowSubmitUnderWay, SuspendDuringTheSubmitWaitsForTheJob) {
    FlowStory run;
    run.submit();
    run.suspend();
    EXPECT_FALSE(run.over());
    run.reply(201, job_json("queued", R"("eta_seconds": 40)"));
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::suspended);
    EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
    EXPECT_EQ(run.outcome().resume_after, 40s);
}

TEST(JobFlowSubmitUnderWay, SuspendDuringASubmitThatMayHaveArrived) {
    FlowStory unknown;
    unknown.submit();
    unknown.suspend();
    unknown.wake();
    unknown.aborted(true);
    EXPECT_EQ(unknown.error().code, ErrorCode::submission_unknown);
    EXPECT_EQ(unknown.error().charged, Charged::unknown);
    EXPECT_EQ(unknown.outcome().checkpoint.value().state, State::intent);

    FlowStory repeatable({idempotent_submit});
    repeatable.submit();
    repeatable.suspend();
    repeatable.wake();
    repeatable.aborted(true);
    EXPECT_EQ(repeatable.outcome().kind, Outcome::Kind::suspended);
    EXPECT_EQ(repeatable.outcome().checkpoint.value().state, State::intent);
}

TEST(JobFlowSubmitUnderWay, DeadlineDuringTheSubmitEndsItAtOnce) {
    for (const bool arrived : {false, true}) {
        Facts facts;
        facts.timeout = 10s;
        FlowStory run(facts);
        run.submit();
        run.pass(10s);
        ASSERT_TRUE(run.abort_asked());
        run.aborted(arrived);
        EXPECT_EQ(run.error().code, arrived ? ErrorCode::submission_unknown : ErrorCode::processing_timeout);
        EXPECT_EQ(run.error().charged, arrived ? Charged::unknown : Charged::no);
        EXPECT_EQ(run.outcome().checkpoint.has_value(), arrived);
    }
}

TEST(JobFlowSubmitUnderWay, AJobThatIsNamedAtTheDeadlineIsKept) {
    Facts facts;
    facts.timeout = 10s;
    FlowStory run(facts);
    run.submit();
    run.pass(10s);
    run.reply(201, job_json("queued"));
    EXPECT_EQ(run.error().code, ErrorCode::processing_timeout);
    EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
}

// A run that is cancelled or suspended before it begins.

FlowStory started_with(EarlyEnd early_end, Facts facts = {}) {
    facts.early_end = early_end;
    FlowStory run(facts);
    run.start();
    return run;
}

TEST(JobFlowEarlyEnd, SubmitsNothing) {
    const auto cancelled = started_with(EarlyEnd::cancel);
    EXPECT_EQ(cancelled.outcome().kind, Outcome::Kind::cancelled);
    EXPECT_EQ(cancelled.error().charged, Charged::no);
    EXPECT_FALSE(cancelled.outcome().checkpoint);
    EXPECT_EQ(cancelled.sends(), 0);

    const auto suspended = started_with(EarlyEnd::suspend);
    EXPECT_EQ(suspended.outcome().kind, Outcome::Kind::suspended);
    EXPECT_EQ(suspended.outcome().checkpoint.value().state, Checkpoint::State::prepared);
    EXPECT_EQ(suspended.sends(), 0);
    EXPECT_EQ(suspended.checkpoints(), 0U);
}

// The checkpoint of a run that ended in this state.
Facts facts_after(Checkpoint::State state, const std::string& connection = {}) {
    Facts facts;
    facts.connection = connection;
    FlowStory earlier(facts);
    earlier.submit();
    if (state == Checkpoint::State::submitted) {
        earlier.reply(201, job_json("queued"));
        earlier.kept();
    }
    facts.checkpoint = earlier.saved();
    EXPECT_EQ(facts.checkpoint->state, state);
    return facts;
}

TEST(JobFlowEarlyEnd, CancelsTheJobOfAnEarlierRun) {
    auto run = started_with(EarlyEnd::cancel, facts_after(Checkpoint::State::submitted));
    ASSERT_TRUE(run.sending());
    EXPECT_EQ(run.request().method, "DELETE");
    run.reply(200, job_json("cancelled"));
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled);
}

TEST(JobFlowEarlyEnd, KeepsTheJobOfAnEarlierRunWhenSuspended) {
    const auto facts = facts_after(Checkpoint::State::submitted);
    const auto run = started_with(EarlyEnd::suspend, facts);
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::suspended);
    EXPECT_EQ(run.outcome().checkpoint, facts.checkpoint);
    EXPECT_EQ(run.outcome().resume_after, 500ms); // nothing was waited for yet
    EXPECT_EQ(run.sends(), 0);
}

TEST(JobFlowEarlyEnd, SaysThatAnEarlierSubmitMayHaveArrived) {
    const auto facts = facts_after(Checkpoint::State::intent, idempotent_submit);
    const auto run = started_with(EarlyEnd::cancel, facts);
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled);
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_EQ(run.outcome().checkpoint, facts.checkpoint);
    EXPECT_EQ(run.sends(), 0);
}

// The answer of the host and the deadline may come in one moment.
TEST(JobFlowDeadline, ThatPassesWhileTheIntentIsVoidedIsFollowedByNoSubmit) {
    Facts facts;
    facts.timeout = 20s;
    auto world = std::make_shared<World>();
    FlowStory run(facts, world);
    run.submit();
    run.reply(503, "{}", 1s);
    ASSERT_TRUE(run.saving());
    world->now += 20s;
    run.kept();
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::failed);
    EXPECT_EQ(run.error().charged, Charged::no);
    EXPECT_EQ(run.error().http_status, 503);
    EXPECT_EQ(run.sends(), 1);
}

} // namespace
} // namespace job_engine::testing
