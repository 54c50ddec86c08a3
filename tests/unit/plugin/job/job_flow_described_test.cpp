// What a description says of replies, and what a run makes of it.
#include "job/flow_story.hpp"
#include "json/json_text.hpp"
#include "plugin_nodes_embedded.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace job_engine::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using State = Checkpoint::State;

// The built-in description with these members instead.
std::string described(std::string_view members) {
    auto document = parse_json(pixelml::embedded::pixelml_api)->as_object();
    const auto further = parse_json(members);
    for (const auto& member : further->as_object())
        document[member.key()] = member.value();
    return "\"api_binding\": " + boost::json::serialize(document);
}

const std::string with_envelope =
    described(R"({"refusal": {"code": ["/base/code"], "fine": ["0"], "message": ["/base/text"]},
    "error_codes": {"1002": "rate_limited", "1004": "api_connection_error", "1008": "insufficient_credits",
                    "1026": "invalid_input"}})");

std::string envelope(int code) {
    return R"({"base": {"code": )" + std::to_string(code) + R"(, "text": "so it is"}})";
}

TEST(JobFlowEnvelope, ARefusalOfTheSubmitIsUnpaidAndSaysWhy) {
    FlowStory run({with_envelope});
    run.submit();
    run.reply(200, envelope(1026));
    EXPECT_EQ(run.error().code, ErrorCode::invalid_input);
    EXPECT_THAT(run.error().message, HasSubstr("so it is"));
    EXPECT_EQ(run.error().charged, Charged::no);
}

TEST(JobFlowEnvelope, ALimitedRateIsWaitedForWithTheSameKey) {
    FlowStory run({with_envelope});
    run.submit();
    const auto key = run.key();
    run.reply(200, envelope(1002));
    ASSERT_FALSE(run.over());
    run.kept(); // that there is no job
    run.wake();
    run.kept();
    ASSERT_TRUE(run.sending());
    EXPECT_EQ(run.key(), key);
}

TEST(JobFlowEnvelope, ACodeOfZeroIsFine) {
    FlowStory run({with_envelope});
    run.submit();
    run.reply(200, R"({"id": "job-1", "status": "queued", "base": {"code": 0, "text": "success"}})");
    EXPECT_EQ(run.job_id(), "job-1");
}

TEST(JobFlowEnvelope, APollThatIsRefusedForAWhileGoesOn) {
    FlowStory run({with_envelope});
    run.become_job();
    for (const int code : {1002, 5000}) { // known to pass; not known
        run.poll();
        run.reply(200, envelope(code));
        ASSERT_FALSE(run.over()) << code;
    }
    run.poll();
    run.reply(200, finished_job_json());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
}

TEST(JobFlowEnvelope, APollThatIsRefusedForGoodKeepsThePaidJob) {
    FlowStory run({with_envelope});
    run.become_job();
    run.poll();
    run.reply(200, envelope(1004));
    EXPECT_EQ(run.error().code, ErrorCode::api_connection_error);
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
}

TEST(JobFlowListedCode, CountsMoreThanTheStatus) {
    const auto codes = described(
        R"({"error_codes": {"1101": "insufficient_credits", "nsfw": "invalid_input", "busy": "rate_limited"}})");
    const auto body = [](const char* code) { return R"({"error": {"code": ")" + std::string(code) + "\"}}"; };
    for (const auto* final_code : {"1101", "nsfw"}) {
        FlowStory run({codes});
        run.submit();
        run.reply(429, body(final_code));
        ASSERT_TRUE(run.over()) << final_code;
        EXPECT_EQ(run.error().charged, Charged::no) << final_code;
    }
    FlowStory busy({codes});
    busy.submit();
    busy.reply(400, body("busy"));
    EXPECT_FALSE(busy.over());
    FlowStory doubtful({codes});
    doubtful.submit();
    doubtful.reply(500, body("nsfw"));
    EXPECT_EQ(doubtful.error().charged, Charged::unknown) << "a 500 leaves the doubt whether there is a job";
}

TEST(JobFlowSynchronous, TheSubmitsAnswerMayBeTheResult) {
    const auto connection = described(
        R"({"submit": {"method": "POST", "path": "/v1/image-to-video", "body": {"image": "{{image}}"},
                       "timeout_seconds": 300}})");
    FlowStory run({connection});
    run.submit();
    EXPECT_EQ(run.request().timeout, 300s);
    run.reply(200, R"({"output": {"video": "https://cdn.example/v.mp4"}})");
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
    FlowStory failed({connection});
    failed.submit();
    failed.reply(200, R"({"status": "failed", "error": {"message": "No."}})");
    EXPECT_EQ(failed.error().code, ErrorCode::generation_failed);
    EXPECT_EQ(failed.error().charged, Charged::unknown);
}

TEST(JobFlowResult, IsFetchedFromAPathWithWhatThePollHasSaid) {
    const auto connection = described(R"({
        "poll": {"method": "GET", "path": "/v1/query?task_id={id}", "keep": {"file_id": ["/file_id"]}},
        "result": {"method": "GET", "path": "/v1/files?file_id={file_id}"},
        "reply": {"id": ["/id"], "status": ["/status"], "video": ["/file/url"]}})");
    FlowStory run({connection});
    run.become_job();
    run.poll();
    run.reply(200, R"({"status": "success", "file_id": "f 7"})");
    ASSERT_TRUE(run.sending());
    EXPECT_EQ(run.request().target, "/v1/files?file_id=f%207");
    run.reply(503);
    run.wake();
    EXPECT_EQ(run.request().target, "/v1/files?file_id=f%207") << "once more, after a failure";
    run.reply(200, R"({"file": {"url": "https://cdn.example/v.mp4"}})");
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
}

TEST(JobFlowResult, ThatIsRefusedForAnAddressOfTheDescriptionsOwnMakingKeepsTheJob) {
    FlowStory run({described(R"({
        "poll": {"method": "GET", "path": "/v1/query?task_id={id}", "keep": {"file_id": ["/nowhere"]}},
        "result": {"method": "GET", "path": "/v1/files?file_id={file_id}"}})")});
    run.become_job();
    run.poll();
    run.reply(200, R"({"status": "success", "file_id": "f7"})");
    run.reply(400, R"({"error": {"message": "file_id is empty"}})");
    EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
}

TEST(JobFlowResult, ThatIsRefusedForAWhileOrForTheAccountKeepsTheJob) {
    const auto connection = described(R"({"result": {"method": "GET", "path": "/v1/results/{id}"},
        "error_codes": {"busy": "rate_limited", "poor": "insufficient_credits"}})");
    FlowStory run({connection});
    run.become_job();
    run.poll();
    run.reply(200, job_json("success"));
    run.reply(400, R"({"error": {"code": "busy"}})");
    ASSERT_FALSE(run.over());
    run.wake();
    run.reply(422, R"({"error": {"code": "poor"}})");
    EXPECT_EQ(run.error().code, ErrorCode::insufficient_credits);
    EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1");
}

// Only what is certainly gone may be paid for again.
TEST(JobFlowCancel, AnAnswerThatContradictsTheCancelKeepsTheJob) {
    for (const auto* reply : {R"({"base": {"code": 1203, "text": "it runs already"}})",
                              R"({"status": "processing"})", R"({"status": "queued"})"}) {
        FlowStory run({with_envelope});
        run.become_job();
        run.cancel();
        run.reply(200, reply);
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled) << reply;
        EXPECT_EQ(run.outcome().checkpoint.value().job.id, "job-1") << reply;
        EXPECT_THAT(run.error().message, HasSubstr("goes on")) << reply;
    }
}

TEST(JobFlowSynchronous, AJobThatItNamesAllTheSameIsAskedForWhereItSays) {
    auto document = parse_json(pixelml::embedded::pixelml_api)->as_object();
    document.erase("poll");
    document.erase("cancel");
    document["submit"].as_object()["timeout_seconds"] = 60;
    const auto connection = "\"api_binding\": " + boost::json::serialize(document);
    FlowStory run({connection});
    run.submit();
    run.reply(202, "", {}, "/v1/later/job-9");
    run.kept();
    run.poll();
    EXPECT_EQ(run.request().method, "GET");
    EXPECT_EQ(run.request().target, "/v1/later/job-9");
    FlowStory lost({connection});
    lost.submit();
    lost.reply(202, R"({"id": "job-9"})");
    lost.kept();
    EXPECT_THAT(lost.error().message, HasSubstr("has no poll"));
    EXPECT_EQ(lost.outcome().checkpoint.value().job.id, "job-9");
}

// As Gson and .NET write = and +.
TEST(JobFlowSecret, AKeyThatIsRepeatedInEscapesIsMaskedBeforeAnybodyReadsIt) {
    FlowStory run;
    run.submit();
    run.reply(200, R"({"note": "test\u002dkey-1 is yours"})");
    EXPECT_THAT(run.error().details.front().message, Not(HasSubstr("key-1")));
    EXPECT_THAT(to_text(run.outcome().checkpoint.value()), Not(HasSubstr("key-1")));
}

TEST(JobFlowPace, IsNeverFasterThanTheServiceAllows) {
    FlowStory run({described(R"({"minimum_poll_interval_seconds": 45})")});
    run.become_job();
    run.poll();
    for (const auto* reply : {R"({"status": "running", "progress": 0.99, "eta_seconds": 0.1})", "no JSON"}) {
        run.reply(200, reply);
        const auto asked = run.now();
        run.poll();
        EXPECT_GE(run.now() - asked, 45s) << reply;
    }
}

TEST(JobFlowCost, OfAFailedJobTellsWhetherItIsCharged) {
    FlowStory run({described(
        R"({"reply": {"id": ["/id"], "status": ["/status"], "video": ["/v"], "cost": ["/cost"]}})")});
    run.become_job();
    run.poll();
    run.reply(200, R"({"status": "failed", "cost": 0})");
    EXPECT_EQ(run.error().charged, Charged::no);
    EXPECT_EQ(run.error().job_id, "job-1");
}

} // namespace
} // namespace job_engine::testing
