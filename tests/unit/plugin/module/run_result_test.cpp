#include "json/json_text.hpp"
#include "module/run_result.hpp"
#include "nodes/image_to_video.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace job_engine {
namespace {

const auto& errors = pixelml::image_to_video_errors;

using namespace std::chrono_literals;

TEST(RunResult, OfASuccess) {
    Outcome outcome;
    outcome.kind = Outcome::Kind::succeeded;
    outcome.output_json = R"({"video":"https://example.com/v.mp4"})";
    const RunResult result(outcome, {{"size_ignored", "The size is not used."}}, errors);
    const auto& out = *result.get();
    EXPECT_EQ(out.struct_size, sizeof(wfn_result));
    EXPECT_EQ(out.outcome, WFN_SUCCEEDED);
    EXPECT_STREQ(out.output_json, outcome.output_json.c_str());
    EXPECT_EQ(out.error, nullptr);
    EXPECT_EQ(out.checkpoint, nullptr);
    EXPECT_EQ(out.checkpoint_json, nullptr);
    EXPECT_LT(out.resume_after_ms, 0);
    EXPECT_STREQ(out.warnings_json, R"([{"code":"size_ignored","message":"The size is not used."}])");
}

TEST(RunResult, OfAValidationHasNoOutput) {
    Outcome outcome;
    outcome.kind = Outcome::Kind::succeeded;
    const RunResult result(outcome, {}, errors);
    EXPECT_EQ(result.get()->output_json, nullptr);
    EXPECT_STREQ(result.get()->warnings_json, "[]");
}

TEST(RunResult, OfAFailure) {
    Outcome outcome;
    outcome.kind = Outcome::Kind::failed;
    outcome.error = make_error(ErrorCode::rate_limited, "slow down");
    outcome.error.retry_after_ms = 1500;
    outcome.error.charged = Charged::unknown;
    outcome.error.http_status = 429;
    outcome.error.request_id = "request-1";
    outcome.error.details.push_back({"/image", "is too large"});
    const RunResult result(outcome, {}, errors);
    EXPECT_EQ(result.get()->outcome, WFN_FAILED);
    EXPECT_EQ(result.get()->output_json, nullptr);
    const auto& error = *result.get()->error;
    EXPECT_EQ(error.struct_size, sizeof(wfn_error));
    EXPECT_EQ(error.retryable, 1);
    EXPECT_STREQ(error.code, "rate_limited");
    EXPECT_STREQ(error.type, "Rate Limited");
    EXPECT_STREQ(error.message, "slow down");
    EXPECT_STREQ(error.solution, error_kind(ErrorCode::rate_limited, errors).solution);
    EXPECT_EQ(error.retry_after_ms, 1500);
    EXPECT_EQ(error.charged, WFN_MAYBE_CHARGED);
    EXPECT_EQ(error.http_status, 429);
    EXPECT_STREQ(error.request_id, "request-1");
    EXPECT_EQ(error.job_id, nullptr);
    EXPECT_STREQ(error.details_json, R"([{"path":"/image","message":"is too large"}])");
    EXPECT_EQ(*parse_json(error.json), boost::json::value(to_json(outcome.error, errors)));
}

TEST(RunResult, OfACancelKeepsItsCheckpoint) {
    Outcome outcome;
    outcome.kind = Outcome::Kind::cancelled;
    outcome.error = make_error(ErrorCode::cancelled, "stopped");
    outcome.checkpoint = Checkpoint{};
    outcome.checkpoint->key = std::string(64, 'a');
    const RunResult result(outcome, {}, errors);
    EXPECT_EQ(result.get()->outcome, WFN_CANCELLED);
    EXPECT_STREQ(result.get()->error->code, "cancelled");
    EXPECT_LT(result.get()->error->retry_after_ms, 0);
    ASSERT_NE(result.get()->checkpoint, nullptr);
    EXPECT_EQ(result.get()->checkpoint->json, to_text(*outcome.checkpoint));
    EXPECT_EQ(result.get()->checkpoint_json, result.get()->checkpoint->json);
    EXPECT_EQ(result.get()->checkpoint->submission, WFN_NOT_SUBMITTED);
    EXPECT_EQ(result.get()->checkpoint->job_id, nullptr);
}

// The host's own text comes back as it is. What cannot be read may speak of a job.
TEST(RunResult, OfARunThatHasNotReadItsCheckpoint) {
    Outcome outcome;
    outcome.given_checkpoint = "not one";
    const RunResult result(outcome, {}, errors);
    ASSERT_NE(result.get()->checkpoint, nullptr);
    EXPECT_STREQ(result.get()->checkpoint->json, "not one");
    EXPECT_EQ(result.get()->checkpoint->submission, WFN_MAYBE_SUBMITTED);
    EXPECT_EQ(result.get()->checkpoint->job_id, nullptr);
}

TEST(RunResult, OfARunWhoseCheckpointIsOfAnotherVersion) {
    Outcome outcome;
    outcome.given_checkpoint = R"({"version": 99, "job_id": "job-1"})";
    const RunResult result(outcome, {}, errors);
    EXPECT_EQ(result.get()->checkpoint->submission, WFN_SUBMITTED);
    EXPECT_STREQ(result.get()->checkpoint->job_id, "job-1");
}

TEST(RunResult, OfASuspend) {
    Outcome outcome;
    outcome.kind = Outcome::Kind::suspended;
    outcome.checkpoint = Checkpoint{};
    outcome.checkpoint->state = Checkpoint::State::submitted;
    outcome.checkpoint->job.id = "job-1";
    outcome.resume_after = 40s;
    const RunResult result(outcome, {}, errors);
    EXPECT_EQ(result.get()->outcome, WFN_SUSPENDED);
    EXPECT_EQ(result.get()->error, nullptr);
    ASSERT_NE(result.get()->checkpoint, nullptr);
    EXPECT_EQ(result.get()->checkpoint->submission, WFN_SUBMITTED);
    EXPECT_STREQ(result.get()->checkpoint->job_id, "job-1");
    EXPECT_EQ(result.get()->resume_after_ms, 40'000);
}

} // namespace
} // namespace job_engine
