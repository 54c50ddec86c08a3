// What a submit's reply says of whether there is a job, and whether anybody pays for it.
#include "job/flow_story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace job_engine::testing {
namespace {

using ::testing::HasSubstr;
using State = Checkpoint::State;

TEST(JobFlowSubmitReply, ALocationAloneIsTheJob) {
    for (const int status : {202, 303}) {
        FlowStory run;
        run.submit();
        run.reply(status, "", {}, "/v1/jobs/job-9");
        EXPECT_EQ(run.saved().job.id, "job-9") << status;
        run.kept();
        run.poll();
        EXPECT_EQ(run.request().target, "/v1/jobs/job-9") << status;
    }
}

TEST(JobFlowSubmitReply, ABusyApiThatNamesAJobHasTakenIt) {
    for (const int status : {429, 503}) {
        FlowStory run;
        run.submit();
        run.reply(status, job_json("queued"));
        EXPECT_EQ(run.job_id(), "job-1") << status;
        EXPECT_EQ(run.saved().state, State::submitted) << status;
    }
}

TEST(JobFlowSubmitReply, ARefusalThatNamesAJobKeepsIt) {
    for (const int status : {400, 422, 500, 307}) {
        FlowStory run;
        run.submit();
        run.reply(status, R"({"id": "job-1", "error": {"code": "insufficient_credits"}})");
        EXPECT_EQ(run.error().charged, Charged::unknown) << status;
        EXPECT_EQ(run.error().job_id, "job-1") << status;
        EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1") << status;
    }
}

TEST(JobFlowSubmitReply, AServerErrorThatNamesAJobIsRepeatedWhereKeysAreHonoured) {
    for (const int status : {500, 502, 408, 409}) {
        FlowStory run({idempotent_submit});
        run.submit();
        const auto key = run.key();
        run.reply(status, job_json("queued"));
        ASSERT_FALSE(run.over()) << status;
        run.wake();
        ASSERT_TRUE(run.sending()) << status;
        EXPECT_EQ(run.request().method, "POST") << status;
        EXPECT_EQ(run.key(), key) << status;
    }
}

TEST(JobFlowSubmitReply, ARefusalThatHintsAtAJobLeavesDoubt) {
    for (const int status : {400, 402, 422, 308}) {
        FlowStory run({idempotent_submit});
        run.submit();
        run.reply(status, R"({"result": {"task_id": "t-7"}, "error": {"code": "insufficient_credits"}})");
        ASSERT_TRUE(run.over()) << status;
        EXPECT_EQ(run.error().charged, Charged::unknown) << status;
        EXPECT_EQ(run.outcome().checkpoint.value().state, State::answered) << status;
    }
}

TEST(JobFlowSubmitReply, A200ThatSaysNoAndNamesNoJobIsUnpaid) {
    for (const auto* body :
         {R"({"code": 401, "msg": "token expired", "success": false})",
          R"({"task_id": "", "base_resp": {"status_code": 1008, "status_msg": "token expired"}})"}) {
        FlowStory run({idempotent_submit});
        run.submit();
        run.reply(200, body);
        EXPECT_NE(run.error().code, ErrorCode::submission_unknown) << body;
        EXPECT_THAT(run.error().message, HasSubstr("token expired")) << body;
        EXPECT_EQ(run.error().charged, Charged::no) << body;
        EXPECT_EQ(run.outcome().checkpoint.value().generation, 1) << body;
    }
    FlowStory doubtful;
    doubtful.submit();
    doubtful.reply(200, R"({"success": false, "data": {"task_id": "t1"}})");
    EXPECT_EQ(doubtful.error().charged, Charged::unknown);
}

TEST(JobFlowSubmitReply, AnEmptyAccountEndsTheRunAtOnceAndPausesNobody) {
    for (const int status : {400, 402, 429, 500, 503, 200}) {
        const auto world = std::make_shared<World>();
        FlowStory run({idempotent_submit}, world);
        run.submit();
        run.reply(status, R"({"error": {"code": "insufficient_balance", "message": "top up"}})", 60s);
        EXPECT_EQ(run.error().code, ErrorCode::insufficient_credits) << status;
        EXPECT_EQ(run.error().charged, Charged::no) << status;
        EXPECT_EQ(run.sends(), 1) << status;
        EXPECT_LE(world->service.throttle.not_before(), world->now) << status;
    }
}

TEST(JobFlowSubmitReply, ARedirectThatMayHaveBeenActedOnLeavesTheRunInDoubtWithItsKey) {
    for (const int status : {301, 302, 303}) {
        FlowStory run({idempotent_submit});
        run.submit();
        const auto key = run.key();
        run.reply(status, "", {}, "https://elsewhere.example/");
        EXPECT_EQ(run.error().charged, Charged::unknown) << status;
        EXPECT_EQ(run.outcome().checkpoint.value().state, State::intent) << status;
        EXPECT_EQ(run.outcome().checkpoint.value().key, key) << status;
    }
}

} // namespace
} // namespace job_engine::testing
