// How long a run waits: backoff, Retry-After, the shared pause and budget, slots, poll intervals.
#include "job/flow_story.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace job_engine::testing {
namespace {

using Kind = TransportFailure::Kind;
using State = Checkpoint::State;

Facts without_checkpoints(const std::string& connection = {}) {
    Facts facts;
    facts.connection = connection;
    facts.keeps_checkpoints = false;
    return facts;
}

TEST(JobFlowWait, BacksOffWithinGrowingBounds) {
    Millis longest{};
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        auto facts = without_checkpoints();
        facts.jitter_seed = seed;
        FlowStory run(facts);
        run.submit();
        for (Millis bound = 500ms; bound <= 16s; bound *= 2) {
            run.fails(Kind::unreachable, false);
            EXPECT_LE(run.until_wake(), bound);
            longest = std::max(longest, run.until_wake());
            run.wake();
        }
    }
    EXPECT_GT(longest, 10s);
}

TEST(JobFlowWait, RetryAfterIsALowerBound) {
    for (const int status : {429, 503}) {
        FlowStory run(without_checkpoints());
        run.submit();
        run.reply(status, "{}", 90s);
        EXPECT_GE(run.until_wake(), 90s);
        run.pass(89s);
        EXPECT_FALSE(run.sending());
        run.pass(60s);
        EXPECT_TRUE(run.sending());
    }
}

TEST(JobFlowWait, ARetryAfterBehindTheDeadlineEndsTheRunAtOnce) {
    FlowStory run(without_checkpoints());
    run.submit();
    run.reply(429, "{}", 16min);
    EXPECT_EQ(run.error().code, ErrorCode::rate_limited);
    EXPECT_EQ(run.error().retry_after_ms, 16 * 60'000);
    EXPECT_EQ(run.error().charged, Charged::no);
    EXPECT_TRUE(run.error().retryable);
}

TEST(JobFlowWait, ARetryAfterOfAPollIsCappedByTheDeadline) {
    FlowStory run;
    run.become_job();
    run.poll();
    run.reply(503, "{}", 24h);
    EXPECT_LE(run.until_wake(), 15min);
    run.wake();
    EXPECT_EQ(run.error().code, ErrorCode::processing_timeout);
    EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
}

TEST(JobFlowWait, A429SlowsEveryRunOfTheConnection) {
    const auto world = std::make_shared<World>();
    FlowStory first(without_checkpoints(), world);
    FlowStory polls(without_checkpoints(), world);
    FlowStory third({}, world);
    polls.become_job();
    first.submit();
    first.reply(429, "{}", 60s);

    third.start();
    EXPECT_FALSE(third.sending());
    EXPECT_FALSE(third.saving());
    EXPECT_GE(third.until_wake(), 60s);
    EXPECT_EQ(third.progress().phase, Phase::queued);

    polls.wake();
    EXPECT_FALSE(polls.sending());
    EXPECT_GE(polls.until_wake(), 59s);

    polls.pass(60s);
    EXPECT_TRUE(polls.sending());
    third.wake();
    EXPECT_TRUE(third.saving());
}

TEST(JobFlowWait, A429ToAPollSlowsEverySubmitToo) {
    const auto world = std::make_shared<World>();
    FlowStory polls(without_checkpoints(), world);
    polls.become_job();
    polls.poll();
    polls.reply(429, "{}", 45s);
    FlowStory other(without_checkpoints(), world);
    other.start();
    EXPECT_FALSE(other.sending());
    EXPECT_GE(other.until_wake(), 45s);
}

TEST(JobFlowWait, ASharedPauseBehindTheDeadlineEndsARunThatNeverSubmitted) {
    const auto world = std::make_shared<World>();
    world->service.throttle.pause_until(world->now + 1h);
    FlowStory run(without_checkpoints(), world);
    run.start();
    EXPECT_EQ(run.error().code, ErrorCode::rate_limited);
    EXPECT_EQ(run.error().retry_after_ms, 3'600'000);
    EXPECT_EQ(run.error().charged, Charged::no);
    EXPECT_EQ(run.sends(), 0);
}

TEST(JobFlowWait, ARetryEndsTheRunWhenTheBudgetIsUsedUp) {
    const auto world = std::make_shared<World>();
    while (world->service.throttle.take_retry()) {
    }
    FlowStory run(without_checkpoints(), world);
    run.submit();
    run.fails(Kind::unreachable, false);
    EXPECT_EQ(run.error().code, ErrorCode::api_connection_error);
    EXPECT_EQ(run.error().charged, Charged::no);
    EXPECT_EQ(run.sends(), 1);
}

TEST(JobFlowWait, ASubmitThatMayHaveBeenPaidForOutlivesAnEmptyBudgetButSlowsDown) {
    const auto world = std::make_shared<World>();
    while (world->service.throttle.take_retry()) {
    }
    Millis longest{};
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        auto facts = without_checkpoints();
        facts.connection = idempotent_submit;
        facts.jitter_seed = seed;
        FlowStory run(facts, world);
        run.submit();
        run.fails(Kind::broken, true);
        ASSERT_FALSE(run.over());
        longest = std::max(longest, run.until_wake());
        run.wake();
        EXPECT_EQ(run.sends(), 2);
    }
    EXPECT_GT(longest, 15s);
    EXPECT_LE(longest, 30s);
}

TEST(JobFlowWait, PollsOutliveAnEmptyBudgetButSlowDown) {
    const auto world = std::make_shared<World>();
    while (world->service.throttle.take_retry()) {
    }
    Millis longest{};
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        auto facts = without_checkpoints();
        facts.jitter_seed = seed;
        FlowStory run(facts, world);
        run.become_job(); // gives one token back, too few for a retry
        run.poll();
        run.reply(500);
        ASSERT_FALSE(run.over());
        const auto failed_at = run.now();
        run.poll(); // it wakes in between to see whether there is an outage
        longest = std::max(longest, std::chrono::duration_cast<Millis>(run.now() - failed_at));
        while (world->service.throttle.take_retry()) {
        }
    }
    EXPECT_GT(longest, 15s);
    EXPECT_LE(longest, 30s);
}

// One run of a job that takes this long, as far as a look tells; the requests it made.
int run_job_of(Millis duration, const std::shared_ptr<World>& world) {
    FlowStory run(without_checkpoints(), world);
    run.become_job();
    const auto done = run.now() + duration;
    while (!run.over()) {
        run.poll();
        run.reply(200, run.now() < done ? job_json("running") : finished_job_json());
    }
    EXPECT_LE(run.now() - done, 5s);
    return run.sends();
}

TEST(JobFlowWait, LearnsFromTheRunsOfAConnectionWhenToLook) {
    const auto world = std::make_shared<World>();
    const int cold = run_job_of(20s, world);
    for (int i = 0; i < 50; ++i)
        run_job_of(20s, world);
    const int learned = run_job_of(20s, world);
    EXPECT_LT(learned, cold);
    EXPECT_LE(learned, 4);
}

TEST(JobFlowWait, LooksAtOnceWhereJobsAreDoneAtOnce) {
    const auto world = std::make_shared<World>();
    for (int i = 0; i < 20; ++i)
        run_job_of(0ms, world);
    FlowStory run(without_checkpoints(), world);
    run.become_job();
    EXPECT_EQ(run.until_wake(), 0ms);
}

TEST(JobFlowWait, OtherModelsTeachNothing) {
    const auto world = std::make_shared<World>();
    for (int i = 0; i < 20; ++i)
        run_job_of(0ms, world);
    auto facts = without_checkpoints();
    facts.input["model"] = "Pixel S";
    FlowStory run(facts, world);
    run.become_job();
    EXPECT_GT(run.until_wake(), 0ms);
}

TEST(JobFlowWait, LooksSoonerWithoutARequestWhereLittleIsKnown) {
    FlowStory run;
    run.become_job();
    int thoughts = 0;
    for (; !run.sending(); ++thoughts)
        run.wake();
    EXPECT_LE(thoughts, 10);
    run.reply(200, job_json("running"));
    const auto sends = run.sends();
    run.wake();
    EXPECT_LE(run.sends(), sends + 1);
}

TEST(JobFlowWait, LooksWhenTheJobIsExpectedToBeDone) {
    FlowStory run;
    run.submit();
    run.reply(201, job_json("queued", R"("eta_seconds": 7.5)"));
    run.kept();
    EXPECT_GE(run.until_wake(), 7500ms);
    EXPECT_LE(run.until_wake(), 7600ms);
    run.poll();
    run.reply(200, job_json("running", R"("eta_seconds": 2)"));
    EXPECT_GE(run.until_wake(), 2s);
    EXPECT_LE(run.until_wake(), 2100ms);
}

TEST(JobFlowWait, TrustsTheProgressWhereThereIsNoEstimate) {
    FlowStory run;
    run.become_job();
    run.pass(500ms);
    run.poll();
    run.reply(200, job_json("running", R"("progress": 0.5)"));
    const auto age = run.now() - TimePoint(1'000'000s);
    EXPECT_GT(run.until_wake(), age / 2);
    EXPECT_LT(run.until_wake(), age);
}

// Told by an API that holds the reply to a poll until the job is done, for 10 s at most.
class HeldPoll : public ::testing::Test {
protected:
    static Facts facts() { return without_checkpoints(binding_that_holds_polls(10)); }

    std::shared_ptr<World> world_ = std::make_shared<World>();
};

TEST_F(HeldPoll, IsAskedForBeforeTheEndIsDueAndAgainWhenItWasHeld) {
    FlowStory run(facts(), world_);
    run.become_job();
    run.poll();
    EXPECT_EQ(header_of(run.request(), "Prefer"), "wait=10");
    run.pass(10s);
    run.reply(200, job_json("running"));
    EXPECT_EQ(run.until_wake(), 0ms);
}

TEST_F(HeldPoll, IsAPollLikeOthersWhereItIsAnsweredAtOnce) {
    FlowStory run(facts(), world_);
    run.become_job();
    run.poll();
    run.reply(200, job_json("running"));
    EXPECT_GT(run.until_wake(), 100ms);
}

TEST_F(HeldPoll, IsNotAskedForByManyRunsBecauseEachHoldsAConnection) {
    std::vector<std::unique_ptr<FlowStory>> others;
    for (int i = 0; i < 40; ++i) {
        others.push_back(std::make_unique<FlowStory>(facts(), world_));
        others.back()->become_job();
    }
    others.back()->poll();
    EXPECT_EQ(header_of(others.back()->request(), "Prefer"), "");
    while (others.size() > 1)
        others.erase(others.begin());
    others.back()->reply(200, job_json("running"));
    others.back()->poll();
    EXPECT_EQ(header_of(others.back()->request(), "Prefer"), "wait=10");
}

TEST(JobFlowWait, PollsNoEarlierThanTheReplyAllows) {
    FlowStory run;
    run.become_job();
    run.poll();
    run.reply(200, job_json("running"), 20s);
    EXPECT_EQ(run.until_wake(), 20s);
}

TEST(JobFlowWait, ARunBeyondTheLimitWaitsForItsSlot) {
    FlowStory run({R"("max_running": 2)"});
    run.start();
    EXPECT_TRUE(run.waiting_for_slot());
    EXPECT_FALSE(run.saving());
    EXPECT_EQ(run.progress().phase, Phase::queued);
    run.pass(10min);
    EXPECT_EQ(run.sends(), 0);
    run.slot();
    EXPECT_EQ(run.saved().state, State::intent);
    run.kept();
    EXPECT_TRUE(run.sending());
}

TEST(JobFlowWait, ARunThatNeverGetsASlotEndsAtItsDeadlineUnpaid) {
    FlowStory run({R"("max_running": 2)"});
    run.start();
    run.wake();
    EXPECT_EQ(run.error().code, ErrorCode::processing_timeout);
    EXPECT_EQ(run.error().charged, Charged::no);
    EXPECT_TRUE(run.error().retryable);
    run.slot(); // comes too late
    EXPECT_EQ(run.sends(), 0);
}

TEST(JobFlowWait, EveryRequestHasItsTimeOut) {
    FlowStory run({R"("request_timeout_ms": 4000)"});
    run.submit();
    EXPECT_EQ(run.request().timeout, 4s);
    run.reply(201, job_json("queued"));
    run.kept();
    run.poll();
    EXPECT_EQ(run.request().timeout, 4s);
    run.reply(200, job_json("running"));
    run.cancel();
    EXPECT_EQ(run.request().timeout, 4s);
}

} // namespace
} // namespace job_engine::testing
