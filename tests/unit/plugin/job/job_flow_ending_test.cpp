// How a run with a job ends early: cancelled, at its deadline, suspended; in each state.
#include "job/flow_story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace job_engine::testing {
namespace {

using ::testing::HasSubstr;
using Kind = TransportFailure::Kind;
using State = Checkpoint::State;

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
    EXPECT_EQ(run.outcome().checkpoint.value().state, State::prepared);
    EXPECT_EQ(run.outcome().checkpoint.value().generation, 1); // the key belongs to the cancelled job
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
    facts.timeout = 2s; // less than a poll needs to count as silent
    auto run = story_at(GetParam(), facts);
    while (!run.over() && !run.abort_asked())
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

TEST(JobFlowEnding, CancelOfAJobThatIsNotFoundLeavesItToBeCollected) {
    FlowStory run;
    run.become_job();
    run.cancel();
    run.reply(404);
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled);
    EXPECT_EQ(run.outcome().checkpoint.value().state, State::submitted);
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

} // namespace
} // namespace job_engine::testing
