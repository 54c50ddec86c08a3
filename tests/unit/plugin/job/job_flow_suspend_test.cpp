// Runs that are asked to end once the job is submitted, or after a time.
#include "job/flow_story.hpp"

#include <gtest/gtest.h>

namespace job_engine::testing {
namespace {

using Kind = TransportFailure::Kind;

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

// A machine that slept over both looks once more: the job may have got done meanwhile.
TEST(JobFlowSuspend, ThatIsOverdueWithTheDeadlineStillTakesTheLastLook) {
    Facts facts;
    facts.suspend_after = 30s;
    facts.timeout = 1min;
    FlowStory run(facts);
    run.become_job();
    run.sleep(1h);
    ASSERT_TRUE(run.sending());
    run.reply(200, finished_job_json());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
}

} // namespace
} // namespace job_engine::testing
