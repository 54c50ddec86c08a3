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
    EXPECT_EQ(result.get()->checkpoint_json, to_text(*outcome.checkpoint));
}

TEST(RunResult, OfASuspend) {
    Outcome outcome;
    outcome.kind = Outcome::Kind::suspended;
    outcome.checkpoint = Checkpoint{};
    outcome.resume_after = 40s;
    const RunResult result(outcome, {}, errors);
    EXPECT_EQ(result.get()->outcome, WFN_SUSPENDED);
    EXPECT_EQ(result.get()->error, nullptr);
    EXPECT_NE(result.get()->checkpoint_json, nullptr);
    EXPECT_EQ(result.get()->resume_after_ms, 40'000);
}

} // namespace
} // namespace job_engine
