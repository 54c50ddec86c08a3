// Codes that say why a job failed, where they come with a refusal.
#include "job/flow_story.hpp"

#include <gtest/gtest.h>

#include <string>

namespace job_engine::testing {
namespace {

using State = Checkpoint::State;

// A job that has succeeded, at a queue whose result is being asked for.
FlowStory fetching_a_refusal() {
    return fetching_result(R"("base_url": "https://queue.example", "api_binding": {
        "name": "Queue",
        "submit": {"method": "POST", "path": "/image-to-video", "body": {"image": "{{image}}"}},
        "poll": {"method": "GET", "path": "/requests/{id}/status"},
        "result": {"method": "GET", "path": "/requests/{id}"},
        "reply": {"id": ["/request_id"], "status": ["/status"], "video": ["/video"],
                  "error_code": ["/detail/0/type", "/error_type"]},
        "status_words": {"queued": ["IN_QUEUE"], "success": ["COMPLETED"]},
        "error_codes": {"content_policy": "invalid_input", "request_timeout": "processing_timeout",
                        "no_runner": "model_not_available"}})");
}

TEST(JobFlowFailureCode, OfARefusedResultIsTheErrorWhereItIsListed) {
    auto run = fetching_a_refusal();
    run.reply(422, R"({"detail": [{"msg": "It was flagged.", "type": "content_policy"}]})");
    EXPECT_EQ(run.error().code, ErrorCode::invalid_input);
    EXPECT_EQ(run.outcome().checkpoint.value().state, State::prepared);
}

TEST(JobFlowFailureCode, OfARefusedResultIsAFailureOfTheJobWhereItIsNotListed) {
    auto run = fetching_a_refusal();
    run.reply(422, R"({"detail": [{"msg": "It broke.", "type": "something_else"}]})");
    EXPECT_EQ(run.error().code, ErrorCode::generation_failed);
}

TEST(JobFlowFailureCode, UnderTheStatusOfAnOutageEndsTheRunAndIsCollectable) {
    auto run = fetching_a_refusal();
    run.reply(504, R"({"detail": "Request timed out", "error_type": "request_timeout"})");
    EXPECT_EQ(run.error().code, ErrorCode::processing_timeout);
    EXPECT_EQ(run.outcome().checkpoint.value().state, State::submitted);
}

TEST(JobFlowFailureCode, UnderTheStatusOfAnOutageIsAskedForAgainWhereItMayPassOrIsNotListed) {
    for (const std::string type : {"no_runner", "something_else"}) {
        auto run = fetching_a_refusal();
        run.reply(503, R"({"detail": "Not now", "error_type": ")" + type + "\"}");
        ASSERT_FALSE(run.over()) << type;
        run.poll();
        run.reply(200, R"({"video": "https://cdn.example/v.mp4"})");
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded) << type;
    }
}

// Its reply is a refusal as well, but no later look at the job will find anything else.
TEST(JobFlowFailureCode, OfAJobThatFailedIsNoRefusalOfTheLook) {
    FlowStory run({R"("base_url": "https://api.example", "api_binding": {
        "name": "Envelopes",
        "submit": {"method": "POST", "path": "/videos", "body": {"image": "{{image}}"}},
        "poll": {"method": "GET", "path": "/videos/{id}"},
        "reply": {"id": ["/task_id"], "status": ["/status"], "video": ["/video"], "error_code": ["/base/code"],
                  "error_message": ["/base/text"]},
        "refusal": {"code": ["/base/code"], "fine": ["0"]},
        "status_words": {"failed": ["Fail"]},
        "error_codes": {"1027": "invalid_input"}})"});
    run.submit();
    run.reply(200, R"({"task_id": "t1", "base": {"code": 0}})");
    run.kept();
    run.poll();
    run.reply(200, R"({"task_id": "t1", "status": "Fail", "base": {"code": 1027, "text": "sensitive"}})");
    EXPECT_EQ(run.error().code, ErrorCode::invalid_input);
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_EQ(run.outcome().checkpoint.value().state, State::prepared);
}

} // namespace
} // namespace job_engine::testing
