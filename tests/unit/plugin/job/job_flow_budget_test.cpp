// max_submits_per_hour: which runs are held up, and what counts as a submit.
#include "job/flow_story.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace job_engine::testing {
namespace {

using Kind = TransportFailure::Kind;
using State = Checkpoint::State;

class JobFlowBudget : public ::testing::Test {
protected:
    static Facts facts(int limit, const std::string& more = {}) {
        Facts facts;
        facts.connection = "\"max_submits_per_hour\": " + std::to_string(limit) + more;
        return facts;
    }
    // Whether a run of a limit of 1 may submit now: whether nothing counts so far.
    bool is_free() {
        FlowStory probe(facts(1), world_);
        probe.start();
        const bool free = !probe.over();
        if (free) {
            probe.cancel(); // gives the place back
            EXPECT_EQ(probe.sends(), 0);
        }
        return free;
    }
    // Checks the end of a run that is held up.
    static void expect_held_up(const FlowStory& run) {
        ASSERT_TRUE(run.over());
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::failed);
        EXPECT_EQ(run.error().code, ErrorCode::spending_limit);
        EXPECT_EQ(run.error().charged, Charged::no);
        EXPECT_TRUE(run.error().retryable);
        EXPECT_GT(run.error().retry_after_ms.value_or(0), 0);
    }

    std::shared_ptr<World> world_ = std::make_shared<World>();
};

TEST_F(JobFlowBudget, ARunBeyondTheLimitEndsBeforeItsIntentAndSaysWhenItMayGoOn) {
    FlowStory first(facts(2), world_);
    first.become_job();
    world_->now += 20min;
    FlowStory second(facts(2), world_);
    second.become_job();
    world_->now += 10min;

    FlowStory third(facts(2), world_);
    third.start();
    expect_held_up(third);
    EXPECT_EQ(third.checkpoints(), 0U);
    EXPECT_EQ(third.sends(), 0);
    EXPECT_FALSE(third.outcome().checkpoint);
    EXPECT_EQ(third.error().retry_after_ms, 30 * 60'000);
    EXPECT_EQ(third.error().message,
              "max_submits_per_hour of the connection is 2, and so many were submitted within the last hour. "
              "Nothing was submitted; this run may go on in 30 min.");

    world_->now += 30min;
    FlowStory again(facts(2), world_);
    again.become_job();
}

TEST_F(JobFlowBudget, WithoutALimitNothingIsCountedOrHeldUp) {
    FlowStory limited(facts(1), world_);
    limited.become_job();
    for (int i = 0; i < 3; ++i) {
        FlowStory run(facts(0), world_);
        run.become_job();
    }
    world_->now += 1h; // the limited one no longer counts, and nothing else ever did
    EXPECT_TRUE(is_free());
}

TEST_F(JobFlowBudget, ConnectionsWithDifferentLimitsShareTheCount) {
    FlowStory first(facts(5), world_);
    first.become_job();
    FlowStory second(facts(1), world_);
    second.start();
    expect_held_up(second);
    FlowStory third(facts(2), world_);
    third.become_job();
}

TEST_F(JobFlowBudget, ARunThatAJobCameOfCountsHoweverItEnds) {
    FlowStory run(facts(1), world_);
    run.become_job();
    run.cancel();
    run.reply(200);
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled);
    EXPECT_FALSE(is_free());
}

TEST_F(JobFlowBudget, ASubmitThatWasRefusedGivesItsPlaceBack) {
    FlowStory run(facts(1), world_);
    run.submit();
    EXPECT_FALSE(is_free());
    run.reply(402);
    EXPECT_EQ(run.error().charged, Charged::no);
    EXPECT_TRUE(is_free());
}

TEST_F(JobFlowBudget, ARefusalThatNamesAJobCounts) {
    FlowStory run(facts(1), world_);
    run.submit();
    run.reply(400, R"({"id": "job-1", "error": "no"})");
    EXPECT_NE(run.error().charged, Charged::no);
    EXPECT_FALSE(is_free());
}

TEST_F(JobFlowBudget, ASubmitThatNeverArrivedHoldsItsPlaceUntilTheRunEnds) {
    FlowStory run(facts(1), world_);
    run.submit();
    for (int i = 0; i < 40 && !run.over(); ++i) {
        EXPECT_FALSE(is_free());
        if (run.sending())
            run.fails(Kind::unreachable, false);
        else if (run.saving())
            run.kept();
        else
            run.wake();
    }
    EXPECT_EQ(run.error().code, ErrorCode::api_connection_error);
    EXPECT_GT(run.sends(), 1); // and was not held up by itself
    EXPECT_TRUE(is_free());
}

TEST_F(JobFlowBudget, AnUncertainSubmitCountsOnceHoweverOftenItIsRepeated) {
    FlowStory run(facts(2, R"(, "idempotent_submit": true)"), world_);
    run.submit();
    for (int i = 0; i < 3; ++i) {
        run.fails(Kind::broken, true);
        run.wake();
        ASSERT_TRUE(run.sending());
    }
    FlowStory other(facts(2), world_);
    other.become_job();
    FlowStory third(facts(2), world_);
    third.start();
    expect_held_up(third);
    // The limit is reached, and the repetition goes on all the same.
    run.fails(Kind::broken, true);
    run.wake();
    run.reply(201, job_json("queued"));
    EXPECT_EQ(run.job_id(), "job-1");
}

TEST_F(JobFlowBudget, AnUncertainSubmitThatEndsTheRunCounts) {
    FlowStory run(facts(1), world_);
    run.submit();
    run.fails(Kind::broken, true);
    EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
    EXPECT_FALSE(is_free());
}

TEST_F(JobFlowBudget, ARunThatMayHaveSubmittedBeforeIsNotHeldUp) {
    FlowStory first(facts(1, R"(, "idempotent_submit": true)"), world_);
    first.submit();
    first.forced_end();
    const auto checkpoint = first.outcome().checkpoint.value();
    EXPECT_EQ(checkpoint.state, State::intent);

    auto again = facts(1, R"(, "idempotent_submit": true)");
    again.checkpoint = checkpoint;
    FlowStory second(again, world_);
    second.start();
    EXPECT_TRUE(second.sending());
}

TEST_F(JobFlowBudget, ARunThatTakesUpItsJobIsNotHeldUp) {
    FlowStory first(facts(1), world_);
    first.become_job();
    first.suspend();
    auto again = facts(1);
    again.checkpoint = first.outcome().checkpoint;
    FlowStory second(again, world_);
    second.start();
    EXPECT_TRUE(second.sending());
}

TEST_F(JobFlowBudget, ARunThatIsSuspendedBeforeItsSubmitGivesItsPlaceBack) {
    FlowStory run(facts(1), world_);
    run.start();
    EXPECT_TRUE(run.saving());
    run.suspend();
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::suspended);
    EXPECT_TRUE(is_free());
}

TEST_F(JobFlowBudget, AnIntentThatIsNotKeptGivesItsPlaceBack) {
    FlowStory run(facts(1), world_);
    run.start();
    run.not_kept();
    EXPECT_EQ(run.error().code, ErrorCode::checkpoint_not_kept);
    EXPECT_TRUE(is_free());
}

TEST_F(JobFlowBudget, WhatCountsIsWhenTheSubmitGoesOut) {
    auto slow = facts(1);
    slow.timeout = 2h;
    FlowStory run(slow, world_);
    run.submit();
    run.reply(429, "{}", 50min);
    if (run.saving())
        run.kept();
    run.wake();
    if (run.saving())
        run.kept();
    run.reply(201, job_json("queued"));
    world_->now += 30min; // 80 minutes after the first attempt
    EXPECT_FALSE(is_free());
    world_->now += 30min;
    EXPECT_TRUE(is_free());
}

} // namespace
} // namespace job_engine::testing
