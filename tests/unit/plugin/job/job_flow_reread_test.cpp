// What an API said is kept, and read again once its description is right.
#include "job/flow_story.hpp"
#include "job/kept_reply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace job_engine::testing {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using State = Checkpoint::State;

constexpr const char* unreadable = R"({"task": {"uuid": "job-7", "state": "queued"}})";
std::string corrected() {
    return binding_with({{"reply", "id", R"(["/task/uuid"])"}});
}

// The checkpoint of a run whose submit was answered so.
Checkpoint answered_with(const std::string& body, const std::string& connection = {}) {
    Facts facts;
    facts.connection = connection;
    FlowStory run(facts);
    run.submit();
    run.reply(201, body);
    return run.outcome().checkpoint.value();
}

TEST(JobFlowReread, AReplyThatNamesNoJobIsKeptAndShown) {
    FlowStory run;
    run.submit();
    run.reply(201, unreadable, {}, "https://elsewhere.example/job-7");
    EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_FALSE(run.error().retryable);
    EXPECT_THAT(run.error().message, HasSubstr("api_binding"));
    EXPECT_THAT(run.error().details, Contains(Field(&Violation::message, HasSubstr("job-7"))));
    EXPECT_THAT(run.error().details, Contains(Field(&Violation::message, HasSubstr("elsewhere.example"))));
    const auto& left = run.outcome().checkpoint.value();
    EXPECT_EQ(left.state, State::answered);
    EXPECT_EQ(left.key, run.saved().key);
    EXPECT_EQ(*read_checkpoint(to_text(left)), left);
}

TEST(JobFlowReread, AReplyInWhichNoDescriptionFindsAJobLeavesAnIntentButIsShown) {
    FlowStory run;
    run.submit();
    run.reply(200, "<html>Welcome");
    EXPECT_EQ(run.outcome().checkpoint.value().state, State::intent);
    EXPECT_THAT(run.error().message, Not(HasSubstr("api_binding")));
    EXPECT_THAT(run.error().details, Contains(Field(&Violation::message, HasSubstr("Welcome"))));
}

TEST(JobFlowReread, AVideoInAReplyWithoutANameIsASuccess) {
    FlowStory run;
    run.submit();
    run.reply(200, R"({"output": {"video": ")" + std::string(video_url) + "\"}}");
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
    FlowStory not_an_address;
    not_an_address.submit();
    not_an_address.reply(200, R"({"status": "succeeded", "output": {"video": "soon"}})");
    EXPECT_EQ(not_an_address.outcome().checkpoint.value().state, State::answered);
}

TEST(JobFlowReread, AKeptReplyHoldsNoSecret) {
    const auto checkpoint = answered_with(R"({"echo": "test-key-1", "other": "\u0074est-key-1)"
                                          + std::string(20'000, 'x') + R"(", "key": "\u0074est-key-1"})");
    ASSERT_EQ(checkpoint.state, State::answered);
    EXPECT_THAT(to_text(checkpoint), Not(HasSubstr("test-key-1")));
    EXPECT_LE(to_text(checkpoint).size(), 16U << 10U);
}

TEST(JobFlowReread, ACorrectedBindingFindsTheJobAndPollsIt) {
    for (const auto purpose : {Purpose::collect_job, Purpose::make_job}) {
        FlowStory run(going_on(answered_with(unreadable), corrected(), purpose));
        run.start();
        EXPECT_EQ(run.state(), "saving_job");
        EXPECT_EQ(run.saved().state, State::submitted);
        EXPECT_EQ(run.saved().job.id, "job-7");
        run.kept();
        ASSERT_EQ(run.state(), "polling"); // at once: its age is not known
        EXPECT_EQ(run.request().target, "/v1/jobs/job-7");
        run.reply(200, finished_job_json());
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
        EXPECT_EQ(run.sends(), 1);
    }
}

TEST(JobFlowReread, ACorrectedBindingFindsTheVideo) {
    const auto checkpoint = answered_with(R"({"clip": {"href": ")" + std::string(video_url) + "\"}}");
    FlowStory run(going_on(checkpoint, binding_with({{"reply", "video", R"(["/clip/href"])"}})));
    run.start();
    EXPECT_EQ(run.sends(), 0);
    ASSERT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
    EXPECT_THAT(run.outcome().output_json, HasSubstr(std::string(video_url)));
}

TEST(JobFlowReread, AVideoWhoseAddressIsMaskedIsPolledFor) {
    const auto checkpoint =
        answered_with(R"({"uuid": "job-7", "clip": "https://cdn.example/v.mp4?key=test-key-1"})");
    auto document = binding_with({{"reply", "video", R"(["/clip"])"}});
    FlowStory nameless(going_on(checkpoint, document));
    nameless.start();
    EXPECT_EQ(nameless.error().code, ErrorCode::submission_unknown);
    EXPECT_EQ(nameless.outcome().checkpoint, checkpoint);
    FlowStory named(going_on(checkpoint, binding_with({{"reply", "id", R"(["/uuid"])"}})));
    named.start();
    named.kept();
    EXPECT_EQ(named.request().target, "/v1/jobs/job-7");
}

TEST(JobFlowReread, WhatIsStillUnreadableEndsAsBeforeAndSendsNothing) {
    const auto checkpoint = answered_with(unreadable);
    for (const auto* connection : {"", idempotent_submit.c_str()}) {
        FlowStory run(going_on(checkpoint, connection));
        run.start();
        EXPECT_EQ(run.sends(), 0);
        EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
        EXPECT_EQ(run.error().charged, Charged::unknown);
        EXPECT_FALSE(run.error().retryable);
        EXPECT_THAT(run.error().details, Contains(Field(&Violation::message, HasSubstr("job-7"))));
        EXPECT_EQ(run.outcome().checkpoint, checkpoint);
    }
    FlowStory again(going_on(checkpoint, {}, Purpose::make_job));
    again.start();
    EXPECT_EQ(again.sends(), 0);
    EXPECT_EQ(again.outcome().checkpoint, checkpoint);
}

// Also by a binding that reads a refusal in it: what was sent before may have been taken.
TEST(JobFlowReread, ARefusalInAKeptReplySettlesNothing) {
    const auto checkpoint = answered_with(R"({"id": "", "hint": "x"})");
    ASSERT_EQ(checkpoint.state, State::answered);
    FlowStory run(going_on(checkpoint,
                           binding_with({{"reply", "error_code", R"(["/hint"])"},
                                         {"error_codes", "x", R"("insufficient_credits")"}}),
                           Purpose::make_job));
    run.start();
    EXPECT_EQ(run.sends(), 0);
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_EQ(run.outcome().checkpoint, checkpoint);
}

TEST(JobFlowReread, WhereKeysAreHonouredItIsReadAndThenSubmittedWithItsKey) {
    const auto checkpoint = answered_with(unreadable);
    FlowStory read(going_on(checkpoint, idempotent_submit + ", " + corrected(), Purpose::make_job));
    read.start();
    EXPECT_EQ(read.saved().job.id, "job-7");

    FlowStory repeated(going_on(checkpoint, idempotent_submit, Purpose::make_job));
    repeated.start();
    ASSERT_EQ(repeated.state(), "submitting");
    EXPECT_EQ(repeated.key(), checkpoint.key);
    repeated.reply(401);
    EXPECT_EQ(repeated.outcome().checkpoint, checkpoint); // the reply is not forgotten
}

TEST(JobFlowReread, WithoutUsableInputsNothingIsSubmittedThoughKeysAreHonoured) {
    auto facts = going_on(answered_with(unreadable), idempotent_submit, Purpose::make_job);
    facts.has_input = false;
    FlowStory run(facts);
    run.start();
    EXPECT_EQ(run.sends(), 0);
    EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
}

TEST(JobFlowReread, AReplyThatTookTheJobDoesNotGiveWayToALaterRefusal) {
    Facts facts;
    facts.connection = idempotent_submit;
    FlowStory run(facts);
    run.submit();
    run.reply(200, unreadable);
    run.wake();
    run.reply(409, R"({"error": {"message": "taken already"}})");
    run.wake();
    run.reply(403);
    const auto left = run.outcome().checkpoint.value();
    EXPECT_EQ(left.state, State::answered);
    EXPECT_THAT(std::string(left.reply.view()), HasSubstr("job-7"));
    EXPECT_THAT(run.error().details, Contains(Field(&Violation::message, HasSubstr("job-7"))));
}

TEST(JobFlowReread, EveryEndOfARunThatWouldSubmitAgainKeepsTheReply) {
    const auto waiting = [] {
        Facts facts;
        facts.connection = idempotent_submit;
        FlowStory run(facts);
        run.submit();
        run.reply(200, unreadable);
        return run;
    };
    const auto left_by = [&](void (*end)(FlowStory&)) {
        auto run = waiting();
        end(run);
        return run.outcome().checkpoint.value();
    };
    for (const auto& left :
         {left_by([](FlowStory& run) { run.cancel(); }), left_by([](FlowStory& run) { run.suspend(); }),
          left_by([](FlowStory& run) { run.forced_end(); }), left_by([](FlowStory& run) { run.sleep(1h); }),
          waiting().broken_off().checkpoint.value()}) {
        EXPECT_EQ(left.state, State::answered);
        EXPECT_THAT(std::string(left.reply.view()), HasSubstr("job-7"));
    }
}

TEST(JobFlowReread, OfAnotherApiIsRefusedAndNotLost) {
    const auto checkpoint = answered_with(unreadable);
    FlowStory run(going_on(checkpoint, R"("base_url": "https://eu.example/api")"));
    run.start();
    EXPECT_EQ(run.error().code, ErrorCode::invalid_input);
    EXPECT_EQ(run.outcome().checkpoint, checkpoint);
}

TEST(JobFlowReread, ACancelBeforeItBeginsCancelsTheJobThatItFinds) {
    auto facts = going_on(answered_with(unreadable), corrected(), Purpose::make_job);
    facts.early_end = EarlyEnd::cancel;
    FlowStory run(facts);
    run.start();
    EXPECT_EQ(run.request().method, "DELETE");
    EXPECT_EQ(run.request().target, "/v1/jobs/job-7");
}

// ------------------------------------------------------------------------------------------- a named job

// Another job than the API meant, by a pointer that leads to some other text.
TEST(JobFlowReread, AJobReadFromAWrongPlaceIsCorrected) {
    Facts wrong;
    wrong.connection = binding_with({{"reply", "id", R"(["/trace"])"}});
    FlowStory first(wrong);
    first.submit();
    first.reply(201, job_json("queued", R"("trace": "t-1")"));
    first.kept();
    while (!first.over()) {
        if (first.sending())
            first.reply(404);
        else
            first.wake();
    }
    EXPECT_EQ(first.outcome().checkpoint.value().job.id, "t-1");
    FlowStory second(going_on(first.outcome().checkpoint.value()));
    second.start();
    ASSERT_EQ(second.state(), "polling");
    EXPECT_EQ(second.request().target, "/v1/jobs/job-1");
    second.reply(200, finished_job_json());
    EXPECT_EQ(second.outcome().kind, Outcome::Kind::succeeded);
}

TEST(JobFlowReread, AnAddressReadFromAWrongPlaceDoesNotOutliveTheCorrection) {
    Facts wrong;
    wrong.connection = binding_with({{"poll", "url", R"(["/page"])"}});
    FlowStory first(wrong);
    first.submit();
    first.reply(201, job_json("queued", R"("page": "/show/1", "status_url": "/v1/jobs/job-1?x=1")"));
    first.kept();
    first.poll();
    EXPECT_EQ(first.request().target, "/show/1");
    first.reply(401);
    FlowStory second(going_on(first.outcome().checkpoint.value()));
    second.start();
    EXPECT_EQ(second.request().target, "/v1/jobs/job-1?x=1");
}

TEST(JobFlowReread, AnAddressOfTheResultReadFromAWrongPlaceDoesNotOutliveTheCorrection) {
    auto wrong = queue_binding();
    wrong.replace(wrong.find("/response_url"), 13, "/page");
    Facts facts;
    facts.connection = wrong;
    FlowStory first(facts);
    first.submit();
    first.reply(200, R"({"request_id": "r-1", "status": "IN_QUEUE", "page": "/show/1"})");
    first.kept();
    first.poll();
    first.reply(200, R"({"request_id": "r-1", "status": "COMPLETED", "page": "/show/1"})");
    first.poll();
    EXPECT_EQ(first.request().target, "/show/1");
    while (!first.over()) {
        if (first.sending())
            first.reply(404);
        else
            first.wake();
    }
    FlowStory second(going_on(first.outcome().checkpoint.value(), queue_binding()));
    second.start();
    second.reply(200, R"({"request_id": "r-1", "status": "COMPLETED", "page": "/show/1"})");
    second.poll();
    EXPECT_EQ(second.request().target, "/requests/r-1");
}

TEST(JobFlowReread, AWrongPathIsCorrected) {
    Facts wrong;
    wrong.connection = binding_with({{"poll", "path", R"("/v1/job/{id}")"}});
    FlowStory first(wrong);
    first.become_job();
    while (!first.over()) {
        if (first.sending())
            first.reply(404);
        else
            first.wake();
    }
    FlowStory second(going_on(first.outcome().checkpoint.value()));
    second.start();
    EXPECT_EQ(second.request().target, "/v1/jobs/job-1");
}

TEST(JobFlowReread, AWordThatNobodyKnewIsCorrected) {
    FlowStory first;
    first.become_job();
    while (!first.over()) {
        if (first.sending())
            first.reply(200, job_json("rendered", R"("clip": "https://cdn.example/v.mp4")"));
        else
            first.wake();
    }
    EXPECT_EQ(first.error().code, ErrorCode::invalid_api_response);
    FlowStory second(going_on(
        first.outcome().checkpoint.value(),
        binding_with({{"status_words", "success", R"(["rendered"])"}, {"reply", "video", R"(["/clip"])"}})));
    second.start();
    second.reply(200, job_json("rendered", R"("clip": "https://cdn.example/v.mp4")"));
    EXPECT_EQ(second.outcome().kind, Outcome::Kind::succeeded);
}

TEST(JobFlowReread, AVideoThatWasNotFoundIsCollectedOnceItsPlaceIsKnown) {
    const auto done = job_json("succeeded", R"("clip": "https://cdn.example/v.mp4")");
    FlowStory first;
    first.become_job();
    first.poll();
    first.reply(200, done);
    EXPECT_EQ(first.error().code, ErrorCode::invalid_api_response);
    EXPECT_EQ(first.error().charged, Charged::yes);
    FlowStory second(
        going_on(first.outcome().checkpoint.value(), binding_with({{"reply", "video", R"(["/clip"])"}})));
    second.start();
    second.reply(200, done);
    EXPECT_EQ(second.outcome().kind, Outcome::Kind::succeeded);
}

// Thousands of runs wait.
TEST(JobFlowReread, AReplyIsNotKeptBeyondThePollThatFindsItsJob) {
    FlowStory run;
    run.become_job();
    EXPECT_FALSE(run.saved().reply.empty());
    run.poll();
    run.reply(200, job_json("running"));
    run.suspend();
    EXPECT_TRUE(run.outcome().checkpoint.value().reply.empty());
}

// Ten thousand runs that wait for their first poll are to take no more memory than before.
TEST(JobFlowReread, OfThousandsOfRunsOnlySoManyHoldWhatTheSubmitWasAnswered) {
    const auto world = std::make_shared<World>();
    const auto submitted = [&] {
        auto run = std::make_unique<FlowStory>(Facts(), world);
        run->become_job();
        EXPECT_FALSE(run->saved().reply.empty()) << "the host has it in any case";
        return run;
    };
    const auto holds = [](FlowStory& run) {
        run.suspend();
        return !run.outcome().checkpoint.value().reply.empty();
    };
    std::vector<std::unique_ptr<FlowStory>> runs;
    for (int i = 0; i < 4'096; ++i)
        runs.push_back(submitted());
    EXPECT_FALSE(holds(*submitted()));
    EXPECT_TRUE(holds(*runs.front()));
    runs.front().reset();
    EXPECT_TRUE(holds(*submitted())) << "in its place";
}

} // namespace
} // namespace job_engine::testing
