#include "api/reply.hpp"
#include "job/flow_story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace job_engine {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

const Binding& binding() {
    return *testing::image_to_video_definition().built_in_binding;
}

HttpReply reply_of(int status, const std::string& body) {
    HttpReply reply;
    reply.status = status;
    reply.body = body;
    return reply;
}

std::optional<JobReply> job_of(const std::string& body, const std::string& location = {}) {
    auto reply = reply_of(200, body);
    reply.location = location;
    return read_job_reply(reply, binding(), {true, "api.example", 443}, "/v1/image-to-video");
}

TEST(JobReply, IsReadAsTheBindingSays) {
    const auto job = *job_of(R"({"id": "j1", "status": "Processing", "progress": 0.4, "eta_seconds": 12.5})");
    EXPECT_EQ(job.id, "j1");
    EXPECT_EQ(job.status, JobStatus::running);
    EXPECT_EQ(job.progress, 0.4);
    EXPECT_EQ(job.eta_seconds, 12.5);
    EXPECT_EQ(job.media, "");
}

TEST(JobReply, KnowsEveryStatusWord) {
    const auto status_of = [](const std::string& word) {
        return job_of(R"({"status": ")" + word + "\"}")->status;
    };
    for (const auto* word : {"queued", "created", "pending", "starting"})
        EXPECT_EQ(status_of(word), JobStatus::queued) << word;
    for (const auto* word : {"running", "processing", "in_progress"})
        EXPECT_EQ(status_of(word), JobStatus::running) << word;
    for (const auto* word : {"success", "succeeded", "completed", "COMPLETED"})
        EXPECT_EQ(status_of(word), JobStatus::succeeded) << word;
    for (const auto* word : {"failed", "error"})
        EXPECT_EQ(status_of(word), JobStatus::failed) << word;
    for (const auto* word : {"cancelled", "canceled"})
        EXPECT_EQ(status_of(word), JobStatus::cancelled) << word;
    EXPECT_FALSE(status_of("pondering"));
    EXPECT_FALSE(job_of("{}")->status);
}

TEST(JobReply, TakesANumberForAnId) {
    EXPECT_EQ(job_of(R"({"id": 17})")->id, "17");
    EXPECT_EQ(job_of(R"({"id": {"x": 1}})")->id, "");
    EXPECT_EQ(job_of(R"({"id": ")" + std::string(1025, 'x') + "\"}")->id, "");
}

TEST(JobReply, RoundsNoIdHoweverLong) {
    for (const std::string id :
         {"1234567890123456789", "18446744073709551615", "98765432109876543210987654321"})
        EXPECT_EQ(job_of("{\"id\": " + id + ", \"prompt\": \"a \\\" 12345678901234567890\"}")->id, id);
    for (std::size_t at = 0; at < 20; ++at)
        EXPECT_EQ(job_of(std::string(at, ' ') + "{\"id\": 1234567890123456}")->id, "1234567890123456") << at;
}

TEST(JobReply, KnowsWordsThatMeanTheSameEverywhere) {
    const auto status_of = [](const std::string& word) {
        return job_of(R"({"status": ")" + word + "\"}")->status;
    };
    for (const auto* word : {"succeed", "done", "finished", "complete", "ready", "generated", " Done "})
        EXPECT_EQ(status_of(word), JobStatus::succeeded) << word;
    for (const auto* word : {"expired", "fail", "FAILURE", "rejected", "aborted", "errored", "timeout",
                             "nsfw", "content_moderated"})
        EXPECT_EQ(status_of(word), JobStatus::failed) << word;
}

std::string video_of(const std::string& value) {
    return job_of(R"({"output": {"video": )" + value + "}}")->media;
}

TEST(JobReply, FindsTheVideoInEveryUsualShape) {
    const std::string url = "https://cdn.example/v.mp4";
    EXPECT_EQ(video_of(R"(["https://cdn.example/v.mp4", "https://cdn.example/w.mp4"])"), url);
    EXPECT_EQ(video_of(R"({"url": "https://cdn.example/v.mp4"})"), url);
    EXPECT_EQ(video_of(R"([{"url": " https://cdn.example/v.mp4 "}])"), url);
    EXPECT_EQ(job_of(R"({"output": {"video": [{"url": "https://cdn.example/v.mp4"}]}})")->media_path,
              "/output/video/0/url");
    EXPECT_EQ(video_of("[]"), "");
    EXPECT_EQ(video_of("7"), "");
}

TEST(JobReply, TakesAVideosAddressAsABrowserDoes) {
    EXPECT_EQ(video_of(R"("/files/v.mp4")"), "https://api.example/files/v.mp4");
    EXPECT_EQ(video_of(R"("//cdn.example/v.mp4")"), "https://cdn.example/v.mp4");
    EXPECT_EQ(video_of(R"("https://cdn.example/my video%20.mp4")"), "https://cdn.example/my%20video%20.mp4");
    EXPECT_EQ(video_of(R"("https://cdn.example/\u00e9.mp4?a=b|c")"),
              "https://cdn.example/%C3%A9.mp4?a=b%7Cc");
    EXPECT_EQ(video_of(R"("https://f\u00e9.example/v.mp4")"), "https://f\u00e9.example/v.mp4");
}

TEST(JobReply, WithAVideoIsASuccessUnlessItSaysFailed) {
    const auto is_success = [](const std::string& status, const std::string& video) {
        return has_media(*job_of("{" + status + R"("output": {"video": ")" + video + "\"}}"), false);
    };
    const std::string url = "https://cdn.example/v.mp4";
    EXPECT_TRUE(is_success("", url));
    EXPECT_TRUE(is_success(R"("status": "pondering", )", url));
    EXPECT_TRUE(is_success(R"("status": "running", )", url));
    EXPECT_TRUE(is_success(R"("status": "pondering", )", "http://cdn.example/v.mp4"));
    EXPECT_TRUE(is_success(R"("status": "done", )", "v.mp4"));
    EXPECT_FALSE(is_success(R"("status": "running", )", "http://cdn.example/v.mp4"));
    EXPECT_FALSE(is_success(R"("status": "pondering", )", "soon"));
    EXPECT_FALSE(is_success(R"("status": "failed", )", url));
    EXPECT_FALSE(is_success(R"("status": "cancelled", )", url));
    EXPECT_FALSE(is_success("", ""));
}

JobReply submit_reply(int status, const std::string& body, const std::string& location = {}) {
    auto reply = reply_of(status, body);
    reply.location = location;
    return read_submit_reply(reply, binding(), {true, "api.example", 443}, "");
}

TEST(SubmitReply, TakesALocationOfTheOriginForTheJob) {
    for (const int status : {201, 202, 303}) {
        const auto job = submit_reply(status, "", "/v1/jobs/j%2F7?x=1");
        EXPECT_EQ(job.id, "j/7") << status;
        EXPECT_EQ(job.targets.poll, "/v1/jobs/j%2F7?x=1") << status;
    }
    EXPECT_EQ(submit_reply(202, "", "https://api.example/tasks/t1/").id, "t1");
    EXPECT_EQ(submit_reply(202, R"({"id": "a"})", "/v1/jobs/b").id, "a");
    EXPECT_EQ(submit_reply(202, "", "https://evil.example/v1/jobs/j1").id, "");
    EXPECT_EQ(submit_reply(202, "", "/v1/image-to-video").id, "");
    for (const int status : {302, 400, 503})
        EXPECT_EQ(submit_reply(status, "", "/v1/jobs/j1").id, "") << status;
}

TEST(SubmitReply, KnowsWhatSaysNo) {
    for (const auto* body : {R"({"code": 401, "msg": "expired"})", R"({"success": false})",
                             R"({"base_resp": {"status_code": 1008, "status_msg": "x"}})"})
        EXPECT_TRUE(submit_reply(200, body).refused) << body;
    for (const auto* body : {R"({"code": 0, "msg": "fine"})", R"({"code": 200, "msg": "x"})",
                             R"({"code": 10000, "msg": "Success"})", R"({"success": true})",
                             R"({"base_resp": {"status_code": 0}})", "{}"})
        EXPECT_FALSE(submit_reply(200, body).refused) << body;
    EXPECT_TRUE(submit_reply(200, R"({"success": false, "data": {"task_id": "t1"}})").hints_at_job);
}

TEST(JobReply, IgnoresProgressAndEtaThatMakeNoSense) {
    EXPECT_EQ(job_of(R"({"progress": 7})")->progress, 0.07); // above 1 it is percent
    EXPECT_EQ(job_of(R"({"progress": 45})")->progress, 0.45);
    EXPECT_EQ(job_of(R"({"progress": 1})")->progress, 1.0);
    EXPECT_EQ(job_of(R"({"progress": 700})")->progress, 1.0);
    EXPECT_FALSE(job_of(R"({"progress": -1})")->progress);
    EXPECT_FALSE(job_of(R"({"progress": "half", "eta_seconds": null})")->progress);
    EXPECT_FALSE(job_of(R"({"eta_seconds": -5})")->eta_seconds);
}

TEST(JobReply, IsNothingWhenItIsNoObject) {
    for (const auto* body : {"", "<html>", "[]", "null", "\"x\"", R"({"id": 1, "id": 2})", R"({"id": "a")"})
        EXPECT_FALSE(job_of(body)) << body;
}

TEST(JobReply, PrefersAUrlInTheBodyToTheLocation) {
    EXPECT_EQ(job_of(R"({"urls": {"get": "https://api.example/a"}})", "/b")->targets.poll, "/a");
    EXPECT_EQ(job_of("{}", "/b")->targets.poll, "/b");
    EXPECT_EQ(job_of("{}", "https://evil.example/b")->targets.poll, "");
    EXPECT_EQ(job_of(R"({"urls": {"get": "https://evil.example/a"}})", "/b")->targets.poll, "/b");
    EXPECT_EQ(job_of("{}", "/b")->targets.cancel, "");
}

struct ErrorBody {
    const char* shape;
    const char* body;
};

TEST(ErrorOfReply, ReadsEveryUsualShape) {
    for (const auto& [shape, body] : {
             ErrorBody{"nested", R"({"error": {"code": "prompt_too_vague", "message": "more motion"}})"},
             ErrorBody{"flat", R"({"code": "prompt_too_vague", "message": "more motion"})"},
             ErrorBody{"problem",
                       R"({"type": "prompt_too_vague", "title": "Vague", "detail": "more motion"})"},
         }) {
        const auto error = error_of_reply(reply_of(422, body), binding());
        EXPECT_EQ(error.code, ErrorCode::input_too_vague) << shape;
        EXPECT_THAT(error.message, HasSubstr("more motion")) << shape;
        EXPECT_THAT(error.message, HasSubstr("422")) << shape;
        EXPECT_EQ(error.http_status, 422) << shape;
    }
    for (const auto& [shape, body] : {ErrorBody{"text", R"({"error": "more motion"})"},
                                      ErrorBody{"detail", R"({"detail": "more motion"})"}}) {
        const auto error = error_of_reply(reply_of(422, body), binding());
        EXPECT_EQ(error.code, ErrorCode::invalid_input) << shape;
        EXPECT_THAT(error.message, HasSubstr("more motion")) << shape;
    }
}

TEST(ErrorOfReply, ReadsAListOfViolations) {
    const auto error = error_of_reply(
        reply_of(
            422,
            R"({"detail": [{"loc": ["body", "image"], "msg": "not a URL"}, {"loc": ["body"], "msg": "odd"}, 7]})"),
        binding());
    EXPECT_THAT(error.details,
                ::testing::ElementsAre(Violation{"/image", "not a URL"}, Violation{"", "odd"}));
    EXPECT_THAT(error.message, HasSubstr("image: not a URL; odd"));
}

TEST(ErrorOfReply, FallsBackToTheStatus) {
    const auto code = [](int status) { return error_of_reply(reply_of(status, "<html>"), binding()).code; };
    EXPECT_EQ(code(400), ErrorCode::invalid_input);
    EXPECT_EQ(code(401), ErrorCode::api_connection_error);
    EXPECT_EQ(code(402), ErrorCode::insufficient_credits);
    EXPECT_EQ(code(403), ErrorCode::api_connection_error);
    EXPECT_EQ(code(413), ErrorCode::media_too_large);
    EXPECT_EQ(code(415), ErrorCode::unsupported_media_format);
    EXPECT_EQ(code(429), ErrorCode::rate_limited);
    EXPECT_EQ(code(500), ErrorCode::api_connection_error);
    EXPECT_EQ(code(503), ErrorCode::model_not_available);
}

TEST(ErrorOfReply, AnEndless5xxMayBeRetriedAndARefusedKeyMayNot) {
    EXPECT_TRUE(error_of_reply(reply_of(502, ""), binding()).retryable);
    EXPECT_FALSE(error_of_reply(reply_of(401, ""), binding()).retryable);
}

TEST(ErrorOfReply, WhatASubmitIsRepeatedForMayBeRetriedLater) {
    for (const int status : {408, 425, 429, 503})
        EXPECT_TRUE(error_of_reply(reply_of(status, ""), binding()).retryable) << status;
    EXPECT_FALSE(error_of_reply(reply_of(403, ""), binding()).retryable);
}

TEST(ErrorOfReply, CarriesRetryAfterAndRequestId) {
    auto reply = reply_of(429, "{}");
    reply.retry_after = std::chrono::seconds(3);
    reply.request_id = "req\r\n1";
    const auto error = error_of_reply(reply, binding());
    EXPECT_EQ(error.retry_after_ms, 3000);
    EXPECT_EQ(error.request_id, "req  1");
}

TEST(ErrorOfReply, TextOfTheApiBecomesOneShortLine) {
    const auto error = error_of_reply(
        reply_of(400, R"({"message": "a\nb\u0000c )" + std::string(600, 'x') + "\"}"), binding());
    EXPECT_THAT(error.message, HasSubstr("a b c xxx"));
    EXPECT_LT(error.message.size(), 600U);
    EXPECT_THAT(error.message, Not(HasSubstr("\n")));
}

TEST(ErrorOfReply, KnowsAnEmptyAccountUnderAnyStatus) {
    for (const int status : {400, 403, 429, 500})
        for (const auto* code :
             {"insufficient_credits", "insufficient_balance", "Quota_Exceeded", "payment_required"})
            EXPECT_EQ(error_of_reply(reply_of(status, R"({"error": {"code": ")" + std::string(code) + "\"}}"),
                                     binding())
                          .code,
                      ErrorCode::insufficient_credits)
                << status << code;
}

TEST(ErrorOfReply, ARequestIdIsValidUtf8WithoutControlCharacters) {
    auto reply = reply_of(500, "");
    reply.request_id = "a\xff\xc3(\xed\xa0\x80\x7f\xc2\x85\xc3\xa9";
    EXPECT_EQ(error_of_reply(reply, binding()).request_id,
              "a\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd  \xc3\xa9");
}

TEST(ErrorOfReply, IsNotCutInsideACharacter) {
    for (int padding = 0; padding < 4; ++padding) {
        std::string text(static_cast<std::size_t>(padding), 'x');
        for (int i = 0; i < 200; ++i)
            text += "\xf0\x9f\x8e\xac";
        const auto error = error_of_reply(reply_of(400, R"({"message": ")" + text + "\"}"), binding());
        const auto end = error.message.find("...");
        ASSERT_NE(end, std::string::npos);
        EXPECT_THAT(error.message.substr(0, end), EndsWith("\xf0\x9f\x8e\xac")) << padding;
    }
}

TEST(ErrorOfFailedJob, HasTheJobsOwnCodeAndMayBeCharged) {
    auto job = *job_of(
        R"({"id": "j1", "status": "failed", "error": {"code": "image_too_large", "message": "9 MB"}})");
    const auto error = error_of_failed_job(job, binding());
    EXPECT_EQ(error.code, ErrorCode::media_too_large);
    EXPECT_THAT(error.message, HasSubstr("9 MB"));
    EXPECT_EQ(error.charged, Charged::unknown);
    EXPECT_EQ(error.job_id, "j1");
    job.error_code = "e42";
    job.error_message.clear();
    EXPECT_EQ(error_of_failed_job(job, binding()).code, ErrorCode::generation_failed);
    EXPECT_THAT(error_of_failed_job(job, binding()).message, HasSubstr("e42"));
}

TEST(ErrorOfFailedJob, HasTheReasonFromWhereApisPutIt) {
    const auto message_of = [](const std::string& members) {
        return error_of_failed_job(*job_of(R"({"status": "failed", )" + members + "}"), binding()).message;
    };
    for (const auto* members :
         {R"("error": "Because.")", R"("message": "Because.")", R"("msg": "Because.")",
          R"("detail": "Because.")", R"("failure": "Because.")", R"("failure_reason": "Because.")",
          R"("msg": "success", "base_resp": {"status_code": 1, "status_msg": "Because."})"})
        EXPECT_THAT(message_of(members), HasSubstr("video: Because.")) << members;
    EXPECT_THAT(message_of(R"("code": 0, "msg": "ok")"), EndsWith("could not make the video."));
}

} // namespace
} // namespace job_engine
