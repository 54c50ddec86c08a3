// How a run ends early: cancelled, at its deadline, suspended; in each state.
#include "flow_story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pixelml::testing {
namespace {

using ::testing::HasSubstr;
using Kind = TransportFailure::Kind;
using State = Checkpoint::State;

const std::string honours_keys = R"("idempotent_submit": true)";

// ------------------------------------------------------------------- the states without a job

struct Place {
    const char* name;
    void (*go)(FlowStory&);
    bool slots = false;
};
void PrintTo(const Place& place, std::ostream* out) {
    *out << place.name;
}
std::string name_of(const ::testing::TestParamInfo<Place>& test) {
    return test.param.name;
}

FlowStory story_at(const Place& place, Facts facts = {}) {
    if (place.slots)
        facts.connection = R"("max_running": 1)";
    FlowStory run(facts);
    place.go(run);
    return run;
}

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

TEST(JobFlowEnding, CancelDuringTheSubmitWaitsForTheReplyAndCancelsItsJob) {
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
    EXPECT_FALSE(run.outcome().checkpoint);
}

TEST(JobFlowEnding, CancelDuringASubmitThatCertainlyFailedIsUnpaid) {
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

TEST(JobFlowEnding, CancelDuringASubmitThatMayHaveArrivedKeepsTheIntent) {
    for (const auto& connection : {std::string(), honours_keys}) {
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

TEST(JobFlowEnding, CancelDuringASubmitWithoutAnAnswerIsBounded) {
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

TEST(JobFlowEnding, AReplyThatOvertakesTheForcedEndIsNotLostAndItsCancelIsBounded) {
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

TEST(JobFlowEnding, SuspendDuringTheSubmitWaitsForTheJob) {
    FlowStory run;
    run.submit();
    run.suspend();
    EXPECT_FALSE(run.over());
    run.reply(201, job_json("queued", R"("eta_seconds": 40)"));
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::suspended);
    EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
    EXPECT_EQ(run.outcome().resume_after, 40s);
}

TEST(JobFlowEnding, SuspendDuringASubmitThatMayHaveArrived) {
    FlowStory unknown;
    unknown.submit();
    unknown.suspend();
    unknown.wake();
    unknown.aborted(true);
    EXPECT_EQ(unknown.error().code, ErrorCode::submission_unknown);
    EXPECT_EQ(unknown.error().charged, Charged::unknown);
    EXPECT_EQ(unknown.outcome().checkpoint.value().state, State::intent);

    FlowStory repeatable({honours_keys});
    repeatable.submit();
    repeatable.suspend();
    repeatable.wake();
    repeatable.aborted(true);
    EXPECT_EQ(repeatable.outcome().kind, Outcome::Kind::suspended);
    EXPECT_EQ(repeatable.outcome().checkpoint.value().state, State::intent);
}

TEST(JobFlowEnding, DeadlineDuringTheSubmitEndsItAtOnce) {
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

TEST(JobFlowEnding, AJobThatIsNamedAtTheDeadlineIsKept) {
    Facts facts;
    facts.timeout = 10s;
    FlowStory run(facts);
    run.submit();
    run.pass(10s);
    run.reply(201, job_json("queued"));
    EXPECT_EQ(run.error().code, ErrorCode::processing_timeout);
    EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
}

// ---------------------------------------------------------------------------- the states with a job

class WithAJob : public ::testing::TestWithParam<Place> {};

// Ends the poll that stands in the way of the ending.
void end_poll(FlowStory& run) {
    if (run.abort_asked())
        run.aborted(true);
}

TEST_P(WithAJob, CancelTellsTheApiBeforeTheRunEnds) {
    auto run = story_at(GetParam());
    const auto begin = run.now();
    run.cancel();
    end_poll(run);
    EXPECT_EQ(run.request().method, "DELETE");
    EXPECT_LE(run.request().timeout, 5s);
    EXPECT_EQ(run.wake_at() - begin, 5s);
    run.reply(200, job_json("cancelled"));
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled);
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_EQ(run.error().job_id, "job-1");
    EXPECT_FALSE(run.outcome().checkpoint);
}

TEST_P(WithAJob, CancelThatFindsTheJobDoneEndsWithItsVideo) {
    auto run = story_at(GetParam());
    run.cancel();
    end_poll(run);
    run.reply(200, finished_job_json());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
}

TEST_P(WithAJob, CancelThatFailsLeavesTheJobToBeCollected) {
    for (const int status : {0, 409, 500, 401}) {
        auto run = story_at(GetParam());
        run.cancel();
        end_poll(run);
        if (status == 0)
            run.fails(Kind::unreachable, false);
        else
            run.reply(status);
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled) << status;
        EXPECT_EQ(run.error().charged, Charged::unknown) << status;
        EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1") << status;
    }
}

TEST_P(WithAJob, CancelWithoutAnAnswerIsBounded) {
    auto run = story_at(GetParam());
    const auto begin = run.now();
    run.cancel();
    end_poll(run);
    run.wake();
    run.aborted(true);
    EXPECT_EQ(run.now() - begin, 5s);
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled);
    EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
}

TEST_P(WithAJob, CancelTwiceIsCancelOnce) {
    auto run = story_at(GetParam());
    run.cancel();
    end_poll(run);
    const int sends = run.sends();
    run.cancel();
    run.suspend();
    EXPECT_EQ(run.sends(), sends);
    run.reply(204, "");
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled);
}

TEST_P(WithAJob, SuspendEndsWithTheJob) {
    auto run = story_at(GetParam());
    run.suspend();
    end_poll(run);
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::suspended);
    EXPECT_EQ(run.outcome().checkpoint.value().state, State::submitted);
    EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
    EXPECT_GT(run.outcome().resume_after, 0ms);
}

TEST_P(WithAJob, DeadlineLeavesTheJobToBeCollected) {
    Facts facts;
    facts.timeout = 10s;
    auto run = story_at(GetParam(), facts);
    const int sends = run.sends();
    while (!run.over() && !run.abort_asked() && run.sends() == sends)
        run.wake();
    if (run.sending() && !run.abort_asked())
        run.wake();
    end_poll(run);
    EXPECT_EQ(run.error().code, ErrorCode::processing_timeout);
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_TRUE(run.error().retryable);
    EXPECT_EQ(run.error().job_id, "job-1");
    EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
}

TEST_P(WithAJob, DeadlineCancelsTheJobWhereTheHostAskedForIt) {
    Facts facts;
    facts.timeout = 10s;
    facts.cancel_job_at_deadline = true;
    auto run = story_at(GetParam(), facts);
    while (!run.over() && !(run.sending() && run.request().method == "DELETE")) {
        if (run.abort_asked())
            run.aborted(true);
        else
            run.wake();
    }
    const auto at_deadline = run.now();
    run.reply(200);
    EXPECT_EQ(run.error().code, ErrorCode::processing_timeout);
    EXPECT_THAT(run.error().message, HasSubstr("cancelled"));
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_EQ(run.outcome().checkpoint.value().state, State::prepared);
    EXPECT_EQ(run.outcome().checkpoint.value().generation, 1);
    EXPECT_EQ(run.now(), at_deadline);
}

TEST_P(WithAJob, DeadlineWhoseCancelFailsLeavesTheJobToBeCollected) {
    Facts facts;
    facts.timeout = 10s;
    facts.cancel_job_at_deadline = true;
    auto run = story_at(GetParam(), facts);
    while (!(run.sending() && run.request().method == "DELETE")) {
        if (run.abort_asked())
            run.aborted(true);
        else
            run.wake();
    }
    run.wake(); // the bound
    run.aborted(true);
    EXPECT_EQ(run.error().code, ErrorCode::processing_timeout);
    EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
}

INSTANTIATE_TEST_SUITE_P(States, WithAJob,
                         ::testing::Values(Place{"SavingTheJob",
                                                 [](FlowStory& run) {
                                                     run.submit();
                                                     run.reply(201, job_json("queued"));
                                                 }},
                                           Place{"BeforeAPoll", [](FlowStory& run) { run.become_job(); }},
                                           Place{"Polling",
                                                 [](FlowStory& run) {
                                                     run.become_job();
                                                     run.poll();
                                                 }},
                                           Place{"WaitingToPollAgain",
                                                 [](FlowStory& run) {
                                                     run.become_job();
                                                     run.poll();
                                                     run.reply(503, "{}", 3s);
                                                 }}),
                         name_of);

TEST(JobFlowEnding, CancelOfAJobThatIsGoneLeavesNothingToCollect) {
    FlowStory run;
    run.become_job();
    run.cancel();
    run.reply(404);
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled);
    EXPECT_FALSE(run.outcome().checkpoint);
}

TEST(JobFlowEnding, CancelWhereTheApiHasNoneLeavesTheJobToBeCollected) {
    FlowStory run({binding_without("cancel")});
    run.become_job();
    run.cancel();
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled);
    EXPECT_THAT(run.error().message, HasSubstr("no way to cancel"));
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
}

TEST(JobFlowEnding, AVideoThatOvertakesTheCancelIsTheResult) {
    FlowStory run;
    run.become_job();
    run.poll();
    run.cancel();
    ASSERT_TRUE(run.abort_asked());
    run.reply(200, finished_job_json());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
}

TEST(JobFlowEnding, CancelTurnsASuspendIntoACancel) {
    FlowStory run;
    run.submit();
    run.suspend();
    run.cancel();
    run.reply(201, job_json("queued"));
    EXPECT_EQ(run.request().method, "DELETE");
}

TEST(JobFlowEnding, AfterItsEndARunDoesNothing) {
    FlowStory run;
    run.become_job();
    run.poll();
    run.reply(200, finished_job_json());
    EXPECT_EQ(run.wake_at(), TimePoint::max());
    run.cancel();
    run.suspend();
    run.timer();
    run.slot();
    run.kept();
    run.not_kept();
    EXPECT_TRUE(run.last_was_continue());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
}

// -------------------------------------------------------------------------------- suspend by request

TEST(JobFlowSuspend, WhenSubmittedEndsOnceTheJobIsKnown) {
    for (const bool keeps : {true, false}) {
        Facts facts;
        facts.suspend_after = 0ms;
        facts.keeps_checkpoints = keeps;
        FlowStory run(facts);
        run.submit();
        run.reply(201, job_json("queued", R"("eta_seconds": 60)"));
        if (run.saving())
            run.kept();
        ASSERT_TRUE(run.over()) << (keeps ? "with checkpoints" : "without");
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::suspended);
        EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
        EXPECT_EQ(run.outcome().resume_after, 60s);
        EXPECT_EQ(run.sends(), 1);
    }
}

TEST(JobFlowSuspend, WhenSubmittedARepeatedLookEndsAgainWhileTheJobRuns) {
    Facts facts;
    facts.suspend_after = 0ms;
    FlowStory first(facts);
    first.submit();
    first.reply(201, job_json("queued"));
    first.kept();
    facts.checkpoint = first.outcome().checkpoint;
    FlowStory second(facts);
    second.start();
    second.reply(200, job_json("running", R"("eta_seconds": 30)"));
    EXPECT_EQ(second.outcome().kind, Outcome::Kind::suspended);
    EXPECT_EQ(second.outcome().resume_after, 30s);
    FlowStory unlucky(facts);
    unlucky.start();
    unlucky.reply(503);
    EXPECT_EQ(unlucky.outcome().kind, Outcome::Kind::suspended);
    FlowStory third(facts);
    third.start();
    third.reply(200, finished_job_json());
    EXPECT_EQ(third.outcome().kind, Outcome::Kind::succeeded);
}

TEST(JobFlowSuspend, AfterATimeEndsBetweenPolls) {
    Facts facts;
    facts.suspend_after = 3s;
    FlowStory run(facts);
    const auto begin = run.now();
    run.become_job();
    run.poll();
    run.reply(200, job_json("running"), 1min);
    EXPECT_FALSE(run.over());
    run.wake();
    EXPECT_EQ(run.now() - begin, 3s);
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::suspended);
}

TEST(JobFlowSuspend, AfterATimeThatEndsDuringAPollWaitsForItsReply) {
    for (const bool lucky : {true, false}) {
        Facts facts;
        facts.suspend_after = 3s;
        FlowStory run(facts);
        run.become_job();
        run.poll();
        run.pass(10s);
        ASSERT_TRUE(run.sending());
        if (lucky)
            run.reply(200, job_json("running"));
        else
            run.fails(Kind::broken, true);
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::suspended);
    }
}

TEST(JobFlowSuspend, AfterATimeButNotBeforeTheSubmit) {
    Facts facts;
    facts.connection = R"("max_running": 1)";
    facts.suspend_after = 3s;
    FlowStory run(facts);
    run.start();
    run.pass(1min);
    EXPECT_FALSE(run.over());
    run.slot();
    run.kept();
    run.reply(201, job_json("queued"));
    run.kept();
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::suspended);
    EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
}

} // namespace
} // namespace pixelml::testing
