// Runs that begin with a checkpoint, and the keys of runs that are repeated.
#include "job/flow_story.hpp"
#include "job/idempotency_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace job_engine::testing {
namespace {

using ::testing::HasSubstr;
using Kind = TransportFailure::Kind;
using State = Checkpoint::State;

Checkpoint checkpoint_after(void (*happens)(FlowStory&)) {
    FlowStory run;
    run.submit();
    happens(run);
    return run.saved();
}

Checkpoint intent_checkpoint() {
    return checkpoint_after([](FlowStory&) {});
}

Checkpoint job_checkpoint() {
    return checkpoint_after([](FlowStory& run) {
        run.reply(201, job_json("queued", R"("status_url": "/v1/custom/job-1?x=1")"));
    });
}

Facts with_checkpoint(Checkpoint checkpoint, const std::string& connection = {}) {
    Facts facts;
    facts.connection = connection;
    facts.checkpoint = std::move(checkpoint);
    return facts;
}

std::string first_key(const Facts& facts) {
    FlowStory run(facts);
    run.submit();
    return run.key();
}

// Whatever the checkpoint says, and whatever the API honours.
TEST(JobFlowResume, ARunThatOnlyCollectsNeverSubmits) {
    for (const auto* connection : {"", idempotent_submit.c_str()})
        for (const auto& checkpoint :
             {std::optional<Checkpoint>(), std::optional(in_state(intent_checkpoint(), State::prepared)),
              std::optional(intent_checkpoint())}) {
            Facts facts;
            facts.connection = connection;
            facts.checkpoint = checkpoint;
            facts.purpose = Purpose::collect_job;
            FlowStory run(facts);
            run.start();
            ASSERT_TRUE(run.over());
            EXPECT_EQ(run.sends(), 0);
            EXPECT_EQ(run.error().code, ErrorCode::nothing_to_collect);
            EXPECT_EQ(run.outcome().checkpoint, checkpoint); // it may still be worth something
            const bool may_exist = checkpoint && checkpoint->state == State::intent;
            EXPECT_EQ(run.error().charged, may_exist ? Charged::unknown : Charged::no);
        }
}

TEST(JobFlowResume, ARunThatOnlyCollectsPollsItsJob) {
    auto facts = with_checkpoint(job_checkpoint());
    facts.purpose = Purpose::collect_job;
    FlowStory run(facts);
    run.start();
    EXPECT_EQ(run.state(), "polling");
    run.reply(200, finished_job_json());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
}

// Somebody who stops looking does not take back what another run has paid for.
TEST(JobFlowResume, ACancelOfARunThatOnlyCollectsLeavesTheJobAlone) {
    for (const bool polls : {true, false}) {
        auto facts = with_checkpoint(job_checkpoint());
        facts.purpose = Purpose::collect_job;
        FlowStory run(facts);
        run.start();
        if (!polls)
            run.reply(200, job_json("running"));
        run.cancel();
        if (polls)
            run.aborted(true);
        ASSERT_TRUE(run.over());
        EXPECT_EQ(run.sends(), 1); // the poll
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled);
        auto left = job_checkpoint();
        if (!polls)
            left.reply = {}; // its poll has found the job
        EXPECT_EQ(run.outcome().checkpoint, left);
        EXPECT_EQ(run.error().charged, Charged::unknown);
    }
}

TEST(JobFlowResume, ARepeatedRunHasTheSameKey) {
    Facts repeated;
    repeated.jitter_seed = 99;
    EXPECT_EQ(first_key({}), first_key(repeated));
}

TEST(JobFlowResume, AnotherRunOrOtherInputsHaveAnotherKey) {
    Facts other_run;
    other_run.run_key = "run-2";
    Facts other_input;
    other_input.input["prompt"] = "Trees swaying";
    EXPECT_NE(first_key({}), first_key(other_run));
    EXPECT_NE(first_key({}), first_key(other_input));
    EXPECT_NE(first_key(other_run), first_key(other_input));
}

TEST(JobFlowResume, AKnownJobIsPolledAtOnceAndNeverSubmitted) {
    FlowStory run(with_checkpoint(job_checkpoint()));
    run.start();
    ASSERT_TRUE(run.sending());
    EXPECT_EQ(run.request().method, "GET");
    EXPECT_EQ(run.request().target, "/v1/custom/job-1?x=1");
    EXPECT_EQ(run.job_id(), "job-1");
    run.reply(200, finished_job_json());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
    EXPECT_EQ(run.checkpoints(), 0U);
}

TEST(JobFlowResume, AKnownJobThatStillRunsIsWaitedFor) {
    FlowStory run(with_checkpoint(job_checkpoint()));
    run.start();
    run.reply(200, job_json("running"));
    run.poll();
    run.reply(200, finished_job_json());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
}

TEST(JobFlowResume, AKnownJobThatIsGoneEndsTheRun) {
    FlowStory run(with_checkpoint(job_checkpoint()));
    run.start();
    run.reply(404);
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::failed);
    EXPECT_FALSE(run.error().retryable);
    EXPECT_EQ(run.error().job_id, "job-1");
}

TEST(JobFlowResume, AnIntentEndsTheRunWhereKeysAreNotHonoured) {
    const auto intent = intent_checkpoint();
    FlowStory run(with_checkpoint(intent));
    run.start();
    EXPECT_EQ(run.sends(), 0);
    EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_FALSE(run.error().retryable);
    EXPECT_EQ(run.outcome().checkpoint, intent);
}

TEST(JobFlowResume, AnIntentIsSubmittedAgainWithItsKeyWhereKeysAreHonoured) {
    const auto intent = intent_checkpoint();
    FlowStory run(with_checkpoint(intent, idempotent_submit));
    run.start();
    ASSERT_TRUE(run.sending());
    EXPECT_FALSE(run.saving());
    EXPECT_EQ(run.key(), intent.key);
    run.reply(201, job_json("running"));
    EXPECT_EQ(run.saved().job.id, "job-1");
}

TEST(JobFlowResume, AnIntentStaysOneWhileTheSubmitIsRefusedForTheAccount) {
    for (const int refusal : {401, 402, 403, 302}) {
        const auto intent = intent_checkpoint();
        FlowStory run(with_checkpoint(intent, idempotent_submit));
        run.start();
        run.reply(refusal);
        EXPECT_NE(run.error().charged, Charged::no) << refusal;
        EXPECT_EQ(run.outcome().checkpoint, intent) << refusal;
    }
}

TEST(JobFlowResume, AnIntentThatIsCancelledBeforeItsSubmitStaysUncertain) {
    const auto intent = intent_checkpoint();
    FlowStory run(with_checkpoint(intent, idempotent_submit + R"(, "max_running": 1)"));
    run.start();
    run.cancel();
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled);
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_EQ(run.outcome().checkpoint, intent);
}

TEST(JobFlowResume, AVoidedIntentIsSubmittedWithItsKey) {
    const auto prepared = checkpoint_after([](FlowStory& run) { run.reply(503); });
    ASSERT_EQ(prepared.state, State::prepared);
    FlowStory run(with_checkpoint(prepared));
    run.start();
    EXPECT_EQ(run.saved().state, State::intent);
    run.kept();
    EXPECT_EQ(run.key(), prepared.key);
}

TEST(JobFlowResume, TheAttemptAfterADefiniteFailureUsesItsNewKey) {
    FlowStory first;
    first.submit();
    first.reply(422);
    const auto next = first.outcome().checkpoint.value();
    FlowStory second(with_checkpoint(next));
    second.submit();
    EXPECT_EQ(second.key(), next.key);
    second.reply(422);
    EXPECT_EQ(second.outcome().checkpoint.value().generation, 2);
}

// An API that honours keys would go on answering the first key with the failure.
TEST(JobFlowResume, AUsedUpKeyIsNotForgottenByAnAttemptThatDoesNotSubmit) {
    FlowStory first;
    first.submit();
    first.reply(422);
    const auto next = first.outcome().checkpoint.value();

    FlowStory unreachable(with_checkpoint(next));
    unreachable.submit();
    while (!unreachable.over()) {
        if (unreachable.sending())
            unreachable.fails(Kind::unreachable, false);
        else if (unreachable.saving())
            unreachable.kept();
        else
            unreachable.wake();
    }
    EXPECT_EQ(unreachable.outcome().checkpoint, next);

    FlowStory cancelled(with_checkpoint(next));
    cancelled.start();
    cancelled.cancel();
    EXPECT_EQ(cancelled.outcome().checkpoint, next);

    FlowStory not_kept(with_checkpoint(next));
    not_kept.start();
    not_kept.not_kept();
    EXPECT_EQ(not_kept.outcome().checkpoint, next);

    auto facts = with_checkpoint(next, R"("max_running": 1)");
    facts.timeout = 5s;
    FlowStory late(facts);
    late.start();
    late.pass(5s);
    EXPECT_EQ(late.outcome().checkpoint, next);
}

TEST(JobFlowResume, APreparedCheckpointOfOtherInputsIsAnotherRun) {
    auto facts = with_checkpoint(checkpoint_after([](FlowStory& run) { run.reply(503); }));
    facts.input["prompt"] = "Trees swaying";
    FlowStory run(facts);
    run.submit();
    EXPECT_EQ(run.key(), idempotency_key("run-1", prepared(facts.input).digest, 0).text());
}

class ForeignCheckpoint : public ::testing::TestWithParam<Checkpoint (*)()> {};

TEST_P(ForeignCheckpoint, OfOtherInputsIsRefusedAndNotLost) {
    const auto checkpoint = GetParam()();
    auto facts = with_checkpoint(checkpoint, idempotent_submit);
    facts.input["prompt"] = "Trees swaying";
    FlowStory run(facts);
    run.start();
    EXPECT_EQ(run.sends(), 0);
    EXPECT_EQ(run.error().code, ErrorCode::invalid_input);
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_EQ(run.outcome().checkpoint, checkpoint);
}

TEST_P(ForeignCheckpoint, OfAnotherApiIsRefusedAndNotLost) {
    const auto checkpoint = GetParam()();
    FlowStory run(
        with_checkpoint(checkpoint, idempotent_submit + R"(, "base_url": "https://eu.example/api")"));
    run.start();
    EXPECT_EQ(run.sends(), 0);
    EXPECT_EQ(run.error().code, ErrorCode::invalid_input);
    EXPECT_THAT(run.error().message, HasSubstr("api.pixelml.com"));
    EXPECT_EQ(run.outcome().checkpoint, checkpoint);
}

INSTANTIATE_TEST_SUITE_P(States, ForeignCheckpoint, ::testing::Values(&intent_checkpoint, &job_checkpoint),
                         [](const auto& test) { return test.index == 0 ? "Intent" : "Submitted"; });

} // namespace
} // namespace job_engine::testing
