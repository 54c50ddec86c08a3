// What a wrong description takes for a failure or for the video, and what becomes of the job.
#include "job/flow_story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace job_engine::testing {
namespace {

using ::testing::HasSubstr;
using State = Checkpoint::State;

TEST(JobFlowMistake, AJobThatAWrongDescriptionCallsFailedIsStillCollected) {
    Facts wrong;
    wrong.connection = binding_with(
        {{"status_words", "failed", R"(["succeeded"])"}, {"status_words", "success", R"(["failed"])"}});
    FlowStory first(wrong);
    first.become_job();
    first.poll();
    first.reply(200, job_json("succeeded", R"("output": {"video": "https://cdn.example/v.mp4"})"));
    EXPECT_EQ(first.error().code, ErrorCode::generation_failed);
    const auto& left = first.outcome().checkpoint.value();
    EXPECT_EQ(left.state, State::prepared);

    FlowStory second(going_on(*read_checkpoint(to_text(left))));
    second.start();
    // Who dies now goes on with the job, instead of making another.
    EXPECT_EQ(second.saved().state, State::submitted);
    EXPECT_EQ(second.saved().job.id, "job-1");
    second.kept();
    EXPECT_EQ(second.request().target, "/v1/jobs/job-1");
    second.reply(200, job_json("succeeded", R"("output": {"video": "https://cdn.example/v.mp4"})"));
    EXPECT_EQ(second.outcome().kind, Outcome::Kind::succeeded);

    // One that has failed has failed still, and the next attempt is another job.
    FlowStory third(going_on(left));
    third.start();
    third.kept();
    third.reply(200, job_json("failed"));
    EXPECT_EQ(third.error().code, ErrorCode::generation_failed);
    const auto& next = third.outcome().checkpoint.value();
    EXPECT_EQ(next.state, State::prepared);
    EXPECT_TRUE(leads_to_job(next));
    FlowStory fourth(going_on(next, {}, Purpose::make_job));
    fourth.submit();
    EXPECT_EQ(fourth.request().method, "POST");
}

TEST(JobFlowMistake, AJobThatThereIsNotMayBeCalledFailed) {
    Facts wrong;
    wrong.connection = binding_with({{"reply", "id", R"(["/trace"])"}});
    FlowStory first(wrong);
    first.submit();
    first.reply(202, R"({"id": "job-7", "trace": "t-1", "status": "queued"})");
    first.kept();
    first.poll();
    EXPECT_EQ(first.request().target, "/v1/jobs/t-1");
    first.reply(200, R"({"status": "failed", "error": {"message": "No such job."}})");
    EXPECT_EQ(first.error().code, ErrorCode::generation_failed);
    FlowStory second(going_on(*read_checkpoint(to_text(first.outcome().checkpoint.value()))));
    second.start();
    second.kept();
    EXPECT_EQ(second.request().target, "/v1/jobs/job-7");
}

// An attempt that ends before it has begun, for its connection is not valid, leaves open what the job cost.
TEST(JobFlowMistake, WhatTheJobCostStaysOpenUntilItIsCollected) {
    FlowStory run;
    run.become_job();
    run.poll();
    run.reply(200, job_json("failed"));
    auto error = make_error(ErrorCode::invalid_connection, "The connection is not valid.");
    describe_charge(error, run.outcome().checkpoint);
    EXPECT_EQ(error.charged, Charged::unknown);
    EXPECT_EQ(error.job_id, "job-1");
}

TEST(JobFlowMistake, WhatCannotBeTheVideoIsNotTakenForIt) {
    const auto ends_with = [](const char* pointer, const std::string& members) {
        Facts wrong;
        wrong.connection = binding_with({{"reply", "video", std::string("[\"") + pointer + "\"]"}});
        FlowStory run(wrong);
        run.become_job();
        run.poll();
        run.reply(200, job_json("succeeded", members));
        EXPECT_EQ(run.error().code, ErrorCode::invalid_api_response) << members;
        EXPECT_EQ(run.error().charged, Charged::yes);
        EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
        return run.error().message;
    };
    EXPECT_THAT(ends_with("/urls/get", R"("urls": {"get": "/v1/jobs/job-1"})"),
                HasSubstr("is the job's own address at PixelML"));
    EXPECT_THAT(ends_with("/input/image", R"("input": {"image": "https://example.com/landscape.jpg"})"),
                HasSubstr("is the image that was sent"));
}

} // namespace
} // namespace job_engine::testing
