// From the start of a run to the job: checkpoints, keys, and which submit may be repeated.
#include "job/flow_story.hpp"
#include "job/idempotency_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace job_engine::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Kind = TransportFailure::Kind;
using State = Checkpoint::State;

// How a submit ends, told to the story.
struct SubmitEnd {
    const char* name;
    std::function<void(FlowStory&)> happens;
};
void PrintTo(const SubmitEnd& end, std::ostream* out) {
    *out << end.name;
}
SubmitEnd status(int code, const char* name) {
    return {name, [code](FlowStory& run) { run.reply(code); }};
}
SubmitEnd failure(Kind kind, bool arrived, const char* name) {
    return {name, [=](FlowStory& run) { run.fails(kind, arrived); }};
}
std::string name_of(const ::testing::TestParamInfo<SubmitEnd>& info) {
    return info.param.name;
}

TEST(JobFlowSubmit, KeepsTheIntentBeforeItSubmits) {
    FlowStory run;
    run.start();
    ASSERT_TRUE(run.saving());
    EXPECT_FALSE(run.sending());
    EXPECT_EQ(run.saved().state, State::intent);
    EXPECT_EQ(run.progress().phase, Phase::preparing);
    const auto key = run.saved().key;
    run.kept();
    ASSERT_TRUE(run.sending());
    EXPECT_EQ(run.request().method, "POST");
    EXPECT_EQ(run.request().target, "/v1/image-to-video");
    EXPECT_EQ(run.key(), key);
    EXPECT_EQ(run.progress().phase, Phase::submitting);
}

TEST(JobFlowSubmit, KeepsTheJobBeforeItPolls) {
    FlowStory run;
    run.submit();
    run.reply(201, job_json("queued"));
    ASSERT_TRUE(run.saving());
    EXPECT_EQ(run.saved().state, State::submitted);
    EXPECT_EQ(run.saved().job.id, "job-1");
    EXPECT_EQ(run.job_id(), "job-1");
    run.pass(20s);
    EXPECT_FALSE(run.sending());
    run.kept();
    run.poll();
    EXPECT_EQ(run.request().target, "/v1/jobs/job-1");
}

TEST(JobFlowSubmit, GivesNoCheckpointToAHostThatKeepsNone) {
    Facts facts;
    facts.keeps_checkpoints = false;
    FlowStory run(facts);
    run.start();
    ASSERT_TRUE(run.sending());
    run.reply(201, job_json("queued"));
    run.poll();
    run.reply(200, finished_job_json());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
    EXPECT_EQ(run.checkpoints(), 0U);
}

TEST(JobFlowSubmit, IntentNotKeptEndsTheRunUnpaidAndRetryable) {
    FlowStory run;
    run.start();
    run.not_kept();
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::failed);
    EXPECT_EQ(run.error().code, ErrorCode::checkpoint_not_kept);
    EXPECT_EQ(run.error().charged, Charged::no);
    EXPECT_TRUE(run.error().retryable);
    EXPECT_EQ(run.sends(), 0);
}

TEST(JobFlowSubmit, IntentAnsweredTooLateEndsTheRunUnpaidAndRetryable) {
    FlowStory run;
    run.start();
    run.pass(29s);
    EXPECT_FALSE(run.over());
    run.pass(1s);
    EXPECT_EQ(run.error().code, ErrorCode::checkpoint_not_kept);
    EXPECT_TRUE(run.error().retryable);
    EXPECT_EQ(run.sends(), 0);
    run.kept(); // too late, and no longer of interest
    EXPECT_EQ(run.sends(), 0);
}

TEST(JobFlowSubmit, JobNotKeptGoesOnAndWarns) {
    FlowStory run;
    run.submit();
    run.reply(201, job_json("queued"));
    run.not_kept();
    EXPECT_THAT(run.warning_codes(), ::testing::ElementsAre("checkpoint_not_kept"));
    run.poll();
    run.reply(200, finished_job_json());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
}

TEST(JobFlowSubmit, JobKeptTooLateGoesOnAndWarns) {
    FlowStory run;
    run.submit();
    run.reply(201, job_json("queued"));
    run.pass(30s);
    EXPECT_THAT(run.warning_codes(), ::testing::ElementsAre("checkpoint_not_kept"));
    run.poll();
    EXPECT_TRUE(run.sending());
}

TEST(JobFlowSubmit, SendsTheTraceContext) {
    Facts facts;
    facts.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    FlowStory run(facts);
    run.become_job();
    run.poll();
    EXPECT_EQ(header_of(run.request(), "traceparent"), facts.traceparent);
}

TEST(JobFlowSubmit, ASubmitThatMayNotBeRepeatedAsksForAFreshConnection) {
    FlowStory once;
    once.submit();
    EXPECT_TRUE(once.request().needs_fresh_connection);
    FlowStory repeatable({idempotent_submit});
    repeatable.submit();
    EXPECT_FALSE(repeatable.request().needs_fresh_connection);
}

TEST(JobFlowSubmit, AReplyWithTheVideoEndsTheRunAtOnce) {
    FlowStory run;
    run.submit();
    run.reply(200, finished_job_json());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
    EXPECT_EQ(run.outcome().output_json, R"({"video":"https://cdn.example/v.mp4"})");
    EXPECT_FALSE(run.outcome().checkpoint);
}

TEST(JobFlowSubmit, ASucceededJobWithoutItsVideoIsPolledOnce) {
    FlowStory run;
    run.submit();
    run.reply(200, job_json("succeeded"));
    run.kept();
    run.poll();
    run.reply(200, finished_job_json());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
}

TEST(JobFlowSubmit, AReplyThatCallsTheJobFailedEndsTheRunWithANewKey) {
    FlowStory run;
    run.submit();
    const auto key = run.key();
    run.reply(200, job_json("failed", R"("error": {"code": "prompt_too_vague", "message": "more motion"})"));
    EXPECT_EQ(run.error().code, ErrorCode::input_too_vague);
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_EQ(run.outcome().checkpoint.value().state, State::prepared);
    EXPECT_EQ(run.outcome().checkpoint.value().generation, 1);
    EXPECT_NE(run.outcome().checkpoint.value().key, key);
}

// ------------------------------------------------------------------------- certainly no job: again

class AbsentSubmit : public ::testing::TestWithParam<SubmitEnd> {};

TEST_P(AbsentSubmit, IsRepeatedWithTheSameKeyAndTheIntentVoidedMeanwhile) {
    FlowStory run;
    run.submit();
    const auto key = run.key();
    GetParam().happens(run);
    ASSERT_TRUE(run.saving()) << "the intent is to be voided";
    EXPECT_EQ(run.saved().state, State::prepared);
    EXPECT_EQ(run.saved().key, key);
    EXPECT_EQ(run.progress().phase, Phase::retrying);
    run.kept();
    while (!run.saving())
        run.wake();
    EXPECT_EQ(run.saved().state, State::intent);
    EXPECT_EQ(run.sends(), 1);
    run.kept();
    EXPECT_EQ(run.key(), key);
    EXPECT_EQ(run.sends(), 2);
    run.reply(201, job_json("queued"));
    EXPECT_EQ(run.job_id(), "job-1");
}

TEST_P(AbsentSubmit, IsNotRepeatedWhenTheHostCannotKeepThatThereIsNoJob) {
    FlowStory run;
    run.submit();
    GetParam().happens(run);
    run.not_kept();
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::failed);
    EXPECT_EQ(run.error().charged, Charged::no);
    EXPECT_TRUE(run.error().retryable);
    const auto& checkpoint = run.outcome().checkpoint;
    EXPECT_TRUE(!checkpoint || checkpoint->state == State::prepared);
}

TEST_P(AbsentSubmit, IsGivenUpAfterEightAttemptsUnpaid) {
    Facts facts;
    facts.keeps_checkpoints = false;
    FlowStory run(facts);
    run.submit();
    while (!run.over()) {
        if (run.sending())
            GetParam().happens(run);
        else
            run.wake();
    }
    EXPECT_EQ(run.sends(), 8);
    EXPECT_EQ(run.error().charged, Charged::no);
    EXPECT_TRUE(run.error().retryable);
    EXPECT_NE(run.error().code, ErrorCode::submission_unknown);
}

INSTANTIATE_TEST_SUITE_P(Ends, AbsentSubmit,
                         ::testing::Values(status(429, "TooManyRequests"), status(503, "Unavailable"),
                                           failure(Kind::unreachable, false, "Unreachable"),
                                           failure(Kind::timed_out, false, "TimedOutBeforeSending"),
                                           failure(Kind::broken, false, "BrokenBeforeSending")),
                         name_of);

// ------------------------------------------------------------------------------- there may be a job

class UncertainSubmit : public ::testing::TestWithParam<SubmitEnd> {};

TEST_P(UncertainSubmit, EndsTheRunWhereKeysAreNotHonoured) {
    FlowStory run;
    run.submit();
    const auto key = run.key();
    GetParam().happens(run);
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::failed);
    EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_FALSE(run.error().retryable);
    EXPECT_EQ(run.sends(), 1);
    EXPECT_EQ(run.outcome().checkpoint.value().state, State::intent);
    EXPECT_EQ(run.outcome().checkpoint.value().key, key);
}

TEST_P(UncertainSubmit, IsRepeatedWithTheSameKeyWhereKeysAreHonoured) {
    FlowStory run({idempotent_submit});
    run.submit();
    const auto key = run.key();
    GetParam().happens(run);
    ASSERT_FALSE(run.over());
    EXPECT_FALSE(run.saving()) << "the intent still holds";
    while (!run.sending())
        run.wake();
    EXPECT_EQ(run.key(), key);
    EXPECT_EQ(run.sends(), 2);
}

TEST_P(UncertainSubmit, StaysUncertainToTheEndOfAllAttempts) {
    FlowStory run({idempotent_submit});
    run.submit();
    GetParam().happens(run);
    while (!run.over()) {
        if (run.sending())
            run.fails(Kind::unreachable, false);
        else
            run.wake();
    }
    EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_TRUE(run.error().retryable) << "a later run may repeat it with the same key";
    EXPECT_EQ(run.outcome().checkpoint.value().state, State::intent);
}

// A refusal says nothing of a job that the earlier submit with this key may have made.
TEST_P(UncertainSubmit, StaysUncertainWhenItsRepetitionIsRefusedForTheAccount) {
    for (const int refusal : {401, 402, 403, 307}) {
        FlowStory run({idempotent_submit});
        run.submit();
        GetParam().happens(run);
        while (!run.sending())
            run.wake();
        run.reply(refusal);
        EXPECT_NE(run.error().charged, Charged::no) << refusal;
        EXPECT_EQ(run.outcome().checkpoint.value().state, State::intent) << refusal;
    }
}

TEST_P(UncertainSubmit, StaysUncertainWhenItsRepetitionMeetsAnotherCertificate) {
    FlowStory run({idempotent_submit});
    run.submit();
    GetParam().happens(run);
    while (!run.sending())
        run.wake();
    run.fails(Kind::tls, false);
    EXPECT_NE(run.error().charged, Charged::no);
    EXPECT_EQ(run.outcome().checkpoint.value().state, State::intent);
}

INSTANTIATE_TEST_SUITE_P(
    Ends, UncertainSubmit,
    ::testing::Values(status(500, "InternalServerError"), status(502, "BadGateway"),
                      status(504, "GatewayTimeout"), status(408, "RequestTimeout"), status(409, "Conflict"),
                      status(201, "AcceptedWithoutId"),
                      SubmitEnd{"AcceptedUnreadable", [](FlowStory& run) { run.reply(201, "<html>"); }},
                      SubmitEnd{"AcceptedArray", [](FlowStory& run) { run.reply(201, "[]"); }},
                      failure(Kind::broken, true, "BrokenAfterSending"),
                      failure(Kind::timed_out, true, "TimedOutAfterSending"),
                      failure(Kind::bad_reply, true, "NotHttp")),
    name_of);

// -------------------------------------------------------------------------- refused, for good

struct Refusal {
    int status;
    ErrorCode code;
};

class RejectedSubmit : public ::testing::TestWithParam<Refusal> {};

TEST_P(RejectedSubmit, EndsTheRunUnpaidAndTheNextAttemptHasANewKey) {
    for (const auto* connection : {"", R"("idempotent_submit": true)"}) {
        FlowStory run({connection});
        run.submit();
        const auto key = run.key();
        run.reply(GetParam().status);
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::failed);
        EXPECT_EQ(run.error().code, GetParam().code);
        EXPECT_EQ(run.error().charged, Charged::no);
        EXPECT_FALSE(run.error().retryable);
        EXPECT_EQ(run.error().http_status, GetParam().status);
        EXPECT_EQ(run.error().request_id, "request-1");
        EXPECT_EQ(run.sends(), 1);
        const auto& next = run.outcome().checkpoint.value();
        EXPECT_EQ(next.state, State::prepared);
        EXPECT_EQ(next.generation, 1);
        EXPECT_NE(next.key, key);
        EXPECT_EQ(next.key, idempotency_key("run-1", next.input_digest.text(), 1));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Statuses, RejectedSubmit,
    ::testing::Values(Refusal{400, ErrorCode::invalid_input}, Refusal{401, ErrorCode::api_connection_error},
                      Refusal{402, ErrorCode::insufficient_credits},
                      Refusal{403, ErrorCode::api_connection_error},
                      Refusal{404, ErrorCode::api_connection_error}, Refusal{413, ErrorCode::media_too_large},
                      Refusal{415, ErrorCode::unsupported_media_format},
                      Refusal{422, ErrorCode::invalid_input}, Refusal{307, ErrorCode::invalid_api_response}),
    [](const auto& test) { return "Http" + std::to_string(test.param.status); });

TEST(JobFlowSubmit, AnUntrustedServerEndsTheRunUnpaid) {
    FlowStory run;
    run.submit();
    run.fails(Kind::tls, false, "the certificate has expired");
    EXPECT_EQ(run.error().code, ErrorCode::api_connection_error);
    EXPECT_THAT(run.error().message, HasSubstr("the certificate has expired"));
    EXPECT_EQ(run.error().charged, Charged::no);
    EXPECT_FALSE(run.error().retryable);
}

TEST(JobFlowSubmit, NoErrorHoldsTheApiKey) {
    FlowStory run;
    run.submit();
    EXPECT_THAT(run.saved_text(), Not(HasSubstr("test-key-1")));
    run.reply(401);
    EXPECT_THAT(run.error().message, Not(HasSubstr("test-key-1")));
}

// Where a text is cut, no part of the key stays behind.
TEST(JobFlowSubmit, TheKeyIsMaskedBeforeATextIsCut) {
    for (std::size_t dots = 480; dots <= 505; ++dots) {
        FlowStory run;
        run.submit();
        run.reply(400, R"({"error": {"message": ")" + std::string(dots, '.') + R"(test-key-1"}})");
        EXPECT_THAT(run.error().message, Not(HasSubstr("test"))) << dots;
    }
}

TEST(JobFlowSubmit, ErrorsAreOneLineOfUtf8) {
    FlowStory run;
    run.submit();
    run.fails(TransportFailure::Kind::tls, false, "bad\r\nname caf\xE9");
    EXPECT_THAT(run.error().message, HasSubstr("bad  name caf\xEF\xBF\xBD"));
}

TEST(JobFlowSubmit, ATargetWithTheKeyIsNotKeptAndTheJobIsFollowedByItsId) {
    FlowStory run;
    run.submit();
    run.reply(202, R"({"id": "7", "status": "queued", "status_url": "/v1/jobs/7?key=test-key-1"})", {},
              "/v1/jobs/7?key=test-key-1");
    EXPECT_THAT(run.saved_text(), Not(HasSubstr("test-key")));
    EXPECT_EQ(run.saved().job.targets.poll, "");
    run.kept();
    run.poll();
    EXPECT_EQ(run.request().target, "/v1/jobs/7");
    run.reply(200, finished_job_json());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
}

// It is paid for, and masked it would lead to nothing.
TEST(JobFlowSubmit, AVideoIsHandedOverAsItIs) {
    FlowStory run;
    run.submit();
    run.reply(200, R"({"id": "7", "status": "completed",
                       "output": {"video": "https://cdn.example/v.mp4?key=test-key-1"}})");
    ASSERT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
    EXPECT_THAT(run.outcome().output_json, HasSubstr("key=test-key-1"));
    EXPECT_THAT(run.warning_codes(), ::testing::ElementsAre("secret_in_video_url"));
}

} // namespace
} // namespace job_engine::testing
