// From the job to the video.
#include "job/flow_story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace job_engine::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = TransportFailure::Kind;
using State = Checkpoint::State;

// A run whose poll is under way.
FlowStory polling(const Facts& facts = {}) {
    FlowStory run(facts);
    run.become_job();
    run.poll();
    return run;
}

TEST(JobFlowPoll, EndsWithTheVideo) {
    auto run = polling();
    run.reply(200, finished_job_json());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
    EXPECT_EQ(run.outcome().output_json, R"({"video":"https://cdn.example/v.mp4"})");
    EXPECT_FALSE(run.outcome().checkpoint);
    EXPECT_THAT(run.warning_codes(), IsEmpty());
}

TEST(JobFlowPoll, PrefersAStatusUrlOfTheSameOrigin) {
    FlowStory run;
    run.submit();
    run.reply(202, job_json("queued"), {}, "/v1/status/7");
    run.kept();
    run.poll();
    EXPECT_EQ(run.request().target, "/v1/status/7");
}

TEST(JobFlowPoll, DoesNotFollowAStatusUrlOfAnotherOrigin) {
    FlowStory run;
    run.submit();
    run.reply(202, job_json("queued", R"("status_url": "https://evil.example/v1/jobs/job-1")"));
    run.kept();
    run.poll();
    EXPECT_EQ(run.request().target, "/v1/jobs/job-1");
}

TEST(JobFlowPoll, ReportsTheJobsProgress) {
    auto run = polling();
    run.reply(200, job_json("queued"));
    EXPECT_EQ(run.progress().phase, Phase::queued);
    run.poll();
    run.reply(200, job_json("RUNNING", R"("progress": 0.25, "eta_seconds": 12)"));
    EXPECT_EQ(run.progress().phase, Phase::running);
    EXPECT_EQ(run.progress().fraction, 0.25);
    EXPECT_EQ(run.progress().eta, 12s);
    run.poll();
    run.reply(503);
    EXPECT_EQ(run.progress().phase, Phase::retrying);
}

TEST(JobFlowPoll, AnUnknownStatusForTooLongEndsTheRunWithItsJobKept) {
    Facts facts;
    facts.timeout = 24h;
    FlowStory run(facts);
    run.become_job();
    const auto begin = run.now();
    for (int polls = 0; !run.over(); ++polls) {
        ASSERT_LT(run.now() - begin, 11min) << "an unknown status was never given up";
        run.poll();
        if (polls == 3) // a known one in between begins a new count
            run.reply(200, job_json("running"));
        else
            run.reply(200, job_json("pondering"));
    }
    EXPECT_GE(run.now() - begin, 10min);
    EXPECT_EQ(run.error().code, ErrorCode::invalid_api_response);
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_EQ(run.error().job_id, "job-1");
    ASSERT_TRUE(run.outcome().checkpoint);
    EXPECT_EQ(run.outcome().checkpoint->state, Checkpoint::State::submitted);
}

TEST(JobFlowPoll, AnUnknownStatusCountsAsRunningAndIsWarnedOfOnce) {
    auto run = polling();
    run.reply(200, job_json("pondering"));
    EXPECT_EQ(run.progress().phase, Phase::running);
    EXPECT_THAT(run.warning_codes(), ElementsAre("unknown_status"));
    run.poll();
    run.reply(200, job_json("dreaming"));
    EXPECT_THAT(run.warning_codes(), IsEmpty());
    run.poll();
    run.reply(200, finished_job_json());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
}

TEST(JobFlowPoll, SuccessWithoutAVideoIsAnInvalidReplyAndPaid) {
    auto run = polling();
    run.reply(200, job_json("succeeded"));
    EXPECT_EQ(run.error().code, ErrorCode::invalid_api_response);
    EXPECT_EQ(run.error().charged, Charged::yes);
    EXPECT_EQ(run.error().job_id, "job-1");
    EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
}

TEST(JobFlowPoll, AVideoThatIsNotHttpsIsAnInvalidReply) {
    auto run = polling();
    run.reply(200, job_json("succeeded", R"("output": {"video": "http://cdn.example/v.mp4"})"));
    EXPECT_EQ(run.error().code, ErrorCode::invalid_api_response);
    EXPECT_EQ(run.error().charged, Charged::yes);
}

TEST(JobFlowPoll, AFailedJobEndsTheRunWithItsError) {
    auto run = polling();
    run.reply(200, job_json("failed", R"("error": {"code": "image_too_large", "message": "12 MB"})"));
    EXPECT_EQ(run.error().code, ErrorCode::media_too_large);
    EXPECT_THAT(run.error().message, HasSubstr("12 MB"));
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_EQ(run.error().job_id, "job-1");
    EXPECT_EQ(run.outcome().checkpoint.value().generation, 1);
}

TEST(JobFlowPoll, AJobThatFailedWithoutACodeIsAFailedGeneration) {
    auto run = polling();
    run.reply(200, job_json("error"));
    EXPECT_EQ(run.error().code, ErrorCode::generation_failed);
    EXPECT_FALSE(run.error().retryable);
}

TEST(JobFlowPoll, AJobThatSomebodyElseCancelledEndsTheRun) {
    auto run = polling();
    run.reply(200, job_json("canceled"));
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::failed);
    EXPECT_EQ(run.error().code, ErrorCode::generation_failed);
    EXPECT_EQ(run.outcome().checkpoint.value().state, State::prepared);
}

TEST(JobFlowPoll, ANewJobThatIsNotFoundIsAskedForAgain) {
    for (const int gone : {404, 410}) {
        auto run = polling();
        run.reply(gone);
        EXPECT_FALSE(run.over()) << gone;
        run.poll();
        run.reply(200, finished_job_json());
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded) << gone;
    }
}

TEST(JobFlowPoll, AVideoIsASuccessWhateverTheStatusWord) {
    for (const auto* word : {"\"pondering\"", "\"running\"", "null"}) {
        auto run = polling();
        run.reply(200, R"({"id": "job-1", "status": )" + std::string(word)
                           + R"(, "output": {"video": "https://cdn.example/v.mp4"}})");
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded) << word;
        EXPECT_THAT(run.warning_codes(), IsEmpty()) << word;
    }
}

TEST(JobFlowPoll, ADeadlineNamesTheWordThatNobodyKnows) {
    auto run = polling();
    while (!run.over()) {
        if (!run.sending())
            run.wake();
        else if (run.abort_asked())
            run.aborted(true);
        else
            run.reply(200,
                      run.now() < TimePoint(1'000'000s) + 8min ? job_json("running") : job_json("pondering"));
    }
    EXPECT_EQ(run.error().code, ErrorCode::processing_timeout);
    EXPECT_THAT(run.error().message, HasSubstr("\"pondering\""));
}

TEST(JobFlowPoll, AnEmpty202MeansStillRunning) {
    auto run = polling();
    run.reply(202, "");
    EXPECT_EQ(run.progress().phase, Phase::running);
    EXPECT_THAT(run.warning_codes(), IsEmpty());
    run.poll();
    run.reply(200, finished_job_json());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
}

TEST(JobFlowPoll, FollowsA303WithinTheOriginOnce) {
    auto run = polling();
    run.reply(303, "", {}, "/v1/videos/7");
    run.poll();
    EXPECT_EQ(run.request().target, "/v1/videos/7");
    run.reply(200, job_json("running"));
    run.poll();
    EXPECT_EQ(run.request().target, "/v1/jobs/job-1");
    run.reply(303, "", {}, "https://evil.example/v1/videos/7");
    EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
}

TEST(JobFlowPoll, AsksForAJobAtMostOnceInHalfASecondOnAverage) {
    for (const auto* more : {R"("progress": 0.9999999)", R"("progress": 0.5, "eta_seconds": 0.001)"}) {
        auto run = polling();
        std::vector<TimePoint> asks;
        while (run.now() < TimePoint(1'000'000s) + 3min) {
            asks.push_back(run.now());
            run.reply(200, job_json("running", more));
            run.poll();
        }
        for (std::size_t i = 0; i + 120 < asks.size(); ++i)
            EXPECT_GE(asks[i + 120] - asks[i], 60s) << more;
    }
}

TEST(JobFlowPoll, AKnownJobThatIsNotFoundEndsTheRunButCanBeCollectedLater) {
    for (const int gone : {404, 410}) {
        auto run = polling();
        while (run.now() < TimePoint(1'000'000s) + 31s) {
            run.reply(200, job_json("running"));
            run.poll();
        }
        run.reply(gone);
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::failed);
        EXPECT_EQ(run.error().code, ErrorCode::generation_failed);
        EXPECT_EQ(run.error().http_status, gone);
        EXPECT_EQ(run.error().charged, Charged::unknown);
        EXPECT_FALSE(run.error().retryable);
        EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
    }
}

TEST(JobFlowPoll, ARefusedPollEndsTheRunButItsJobCanBeCollectedLater) {
    for (const int refusal : {401, 403, 400, 302}) {
        auto run = polling();
        run.reply(refusal);
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::failed) << refusal;
        EXPECT_EQ(run.error().charged, Charged::unknown) << refusal;
        EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1") << refusal;
    }
    auto run = polling();
    run.fails(Kind::tls, false);
    EXPECT_EQ(run.error().code, ErrorCode::api_connection_error);
    EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
}

// What a poll may survive, told to the story.
struct PollEnd {
    const char* name;
    void (*happens)(FlowStory&);
};
void PrintTo(const PollEnd& end, std::ostream* out) {
    *out << end.name;
}
class FailedPoll : public ::testing::TestWithParam<PollEnd> {};

TEST_P(FailedPoll, IsSurvivedUntilTheDeadline) {
    auto run = polling();
    const auto begin = run.now();
    int polls = 0;
    while (!run.over()) {
        if (!run.sending())
            run.wake();
        else if (++polls; run.abort_asked())
            run.aborted(true);
        else
            GetParam().happens(run);
    }
    EXPECT_GT(polls, 15);
    EXPECT_LE(polls, 15 * 60 + 10) << "once a second in an outage, else they back off";
    EXPECT_GE(run.now() - begin, 14min);
    EXPECT_EQ(run.error().code, ErrorCode::processing_timeout);
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
}

TEST_P(FailedPoll, IsFollowedByTheVideo) {
    auto run = polling();
    for (int i = 0; i < 20; ++i) {
        GetParam().happens(run);
        EXPECT_EQ(run.progress().phase, Phase::retrying);
        EXPECT_GE(run.until_wake(), 100ms);
        run.poll();
    }
    run.reply(200, finished_job_json());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
}

INSTANTIATE_TEST_SUITE_P(
    Ends, FailedPoll,
    ::testing::Values(PollEnd{"Http500", [](FlowStory& run) { run.reply(500); }},
                      PollEnd{"Http503", [](FlowStory& run) { run.reply(503, ""); }},
                      PollEnd{"Http429", [](FlowStory& run) { run.reply(429); }},
                      PollEnd{"NotJson", [](FlowStory& run) { run.reply(200, "<html>"); }},
                      PollEnd{"EmptyBody", [](FlowStory& run) { run.reply(200, ""); }},
                      PollEnd{"Unreachable", [](FlowStory& run) { run.fails(Kind::unreachable, false); }},
                      PollEnd{"Reset", [](FlowStory& run) { run.fails(Kind::broken, true); }},
                      PollEnd{"TimedOut", [](FlowStory& run) { run.fails(Kind::timed_out, true); }},
                      PollEnd{"TooLarge", [](FlowStory& run) { run.fails(Kind::bad_reply, true); }}),
    [](const auto& test) { return test.param.name; });

// --------------------------------------------------------- an API whose result is a request of its own

TEST(JobFlowResult, IsFetchedOnceTheJobHasSucceeded) {
    FlowStory run({queue_binding()});
    run.submit();
    run.reply(200, R"({"request_id": "r/1", "status": "IN_QUEUE",
                       "response_url": "https://queue.example/answers/r1"})");
    EXPECT_EQ(run.saved().job.id, "r/1");
    EXPECT_EQ(run.saved().job.targets.result, "/answers/r1");
    run.kept();
    run.poll();
    EXPECT_EQ(run.request().target, "/requests/r%2F1/status");
    run.reply(200, R"({"status": "COMPLETED"})");
    ASSERT_TRUE(run.sending());
    EXPECT_EQ(run.request().target, "/answers/r1");
    run.reply(200, R"({"video": {"url": "https://cdn.example/v.mp4"}})");
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
}

TEST(JobFlowResult, SurvivesAnOutage) {
    auto run = fetching_result();
    run.reply(502);
    run.poll();
    EXPECT_EQ(run.request().target, "/requests/r1");
    run.fails(Kind::broken, true);
    run.poll();
    EXPECT_EQ(run.request().target, "/requests/r1");
    run.reply(200, R"({"video": {"url": "https://cdn.example/v.mp4"}})");
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
}

TEST(JobFlowResult, WithoutAVideoIsAnInvalidReplyAndPaid) {
    auto run = fetching_result();
    run.reply(200, R"({"seed": 1})");
    EXPECT_EQ(run.error().code, ErrorCode::invalid_api_response);
    EXPECT_EQ(run.error().charged, Charged::yes);
}

TEST(JobFlowResult, ThatReportsTheFailureOfTheJobEndsTheRunWithANewKey) {
    auto run = fetching_result();
    run.reply(422, R"({"detail": [{"loc": ["body", "image"], "msg": "cannot be read"}]})");
    EXPECT_EQ(run.error().code, ErrorCode::generation_failed);
    EXPECT_EQ(run.outcome().checkpoint.value().state, State::prepared);
}

TEST(JobFlowResult, ThatIsRefusedForTheAccountCanBeCollectedLater) {
    for (const int refusal : {401, 402, 403, 302}) {
        auto run = fetching_result();
        run.reply(refusal);
        EXPECT_NE(run.error().charged, Charged::no) << refusal;
        EXPECT_EQ(run.outcome().checkpoint.value().state, State::submitted) << refusal;
    }
}

TEST(JobFlowResult, OfAJobThatTheCancelFindsDoneCanBeCollectedLater) {
    FlowStory run({queue_binding()});
    run.submit();
    run.reply(200, R"({"request_id": "r1", "status": "IN_QUEUE"})");
    run.kept();
    run.cancel();
    EXPECT_EQ(run.request().method, "PUT");
    run.reply(200, R"({"status": "COMPLETED"})");
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled);
    EXPECT_EQ(run.outcome().checkpoint.value().job.id, "r1");
}

} // namespace
} // namespace job_engine::testing
