// The error types that the node's page does not list.
#include "scripted_api.hpp"

#include <boost/json/array.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace node_tests {
namespace {

using namespace std::chrono_literals;
using test_support::checkpoint_of;
using test_support::describe;
using test_support::json_reply;
using test_support::NodeHost;
using Then = test_support::Reply::Then;

struct Expected {
    const char* type;
    const char* code;
    const char* charged = "no";
    const char* retryable = "false";
    const char* http_status = "null";
    const char* job_id = "null";
};

void expect_error(const wfn::Result& result, const Expected& expected) {
    EXPECT_EQ(result.outcome, wfn::Outcome::failed) << describe(result);
    EXPECT_EQ(error_member(result, "type"), expected.type);
    EXPECT_EQ(error_member(result, "code"), expected.code);
    EXPECT_EQ(error_member(result, "charged"), expected.charged);
    EXPECT_EQ(error_member(result, "retryable"), expected.retryable);
    EXPECT_EQ(error_member(result, "http_status"), expected.http_status);
    EXPECT_EQ(error_member(result, "job_id"), expected.job_id);
    for (const auto* member : {"message", "cause", "solution"})
        EXPECT_FALSE(error_member(result, member).empty()) << member;
}

Reply with_request_id(Reply reply) {
    reply.headers.emplace_back("X-Request-Id", "request-4711");
    return reply;
}

TEST(Error, InsufficientCredits) {
    ScriptedApi api({.submit = [](const Request&, int) {
        return with_request_id(refused(402, "insufficient_credits", "You have 3 credits, this costs 8."));
    }});
    NodeHost host;
    const auto result = host.run(api.spec());
    expect_error(result,
                 {.type = "Insufficient Credits", .code = "insufficient_credits", .http_status = "402"});
    EXPECT_EQ(error_member(result, "request_id"), "request-4711");
    EXPECT_NE(error_member(result, "message").find("3 credits"), std::string::npos);
    EXPECT_EQ(api.submits().size(), 1U);
}

TEST(Error, RateLimited) {
    ScriptedApi api({.submit = [](const Request&, int) {
        auto reply = with_request_id(refused(429, "", "Slow down."));
        reply.headers.emplace_back("Retry-After", "30");
        return reply;
    }});
    auto spec = api.spec();
    spec.timeout = 3s;
    NodeHost host;
    const auto result = host.run(spec);
    expect_error(result,
                 {.type = "Rate Limited", .code = "rate_limited", .retryable = "true", .http_status = "429"});
    EXPECT_EQ(error_member(result, "retry_after_ms"), "30000");
    EXPECT_EQ(result.error->retry_after, 30s);
    EXPECT_EQ(api.submits().size(), 1U);
}

TEST(Error, GenerationFailed) {
    ScriptedApi api({.poll = [](const Request&, int) {
        return json_reply(200, R"({"status": "failed", "error": {"message": "The GPU is on fire."}})");
    }});
    NodeHost host;
    const auto result = host.run(api.spec());
    expect_error(
        result,
        {.type = "Generation Failed", .code = "generation_failed", .charged = "unknown", .job_id = "job-1"});
    EXPECT_NE(error_member(result, "message").find("on fire"), std::string::npos);
}

TEST(Error, GenerationFailedWhenTheJobIsStillNotFoundAfterHalfAMinute) {
    ScriptedApi api({.poll = [](const Request&, int) { return refused(404, "not_found", "No such job."); }});
    NodeHost host;
    const auto result = host.run(api.spec());
    expect_error(result, {.type = "Generation Failed",
                          .code = "generation_failed",
                          .charged = "unknown",
                          .http_status = "404",
                          .job_id = "job-1"});
    EXPECT_NE(checkpoint_of(result).find("job-1"), std::string::npos); // collectable
}

TEST(Error, InvalidApiResponseOfASuccessWithoutAVideo) {
    ScriptedApi api({.poll = [](const Request&, int) {
        return json_reply(200, R"({"status": "succeeded", "output": {}})");
    }});
    NodeHost host;
    const auto result = host.run(api.spec());
    expect_error(result, {.type = "Invalid API Response",
                          .code = "invalid_api_response",
                          .charged = "yes",
                          .job_id = "job-1"});
    EXPECT_TRUE(result.checkpoint.has_value());
}

TEST(Error, InvalidApiResponseOfAVideoThatIsNoHttpsUrl) {
    for (const auto* video : {"http://videos.example/1.mp4", "javascript:alert(1)"}) {
        SCOPED_TRACE(video);
        ScriptedApi api({.poll = [&](const Request&, int) {
            return json_reply(200, std::string(R"({"status": "succeeded", "output": {"video": ")") + video
                                       + "\"}}");
        }});
        NodeHost host;
        expect_error(host.run(api.spec()), {.type = "Invalid API Response",
                                            .code = "invalid_api_response",
                                            .charged = "yes",
                                            .job_id = "job-1"});
    }
}

TEST(Error, SubmissionUnknown) {
    for (const int status : {500, 502, 504}) {
        SCOPED_TRACE(status);
        ScriptedApi api(
            {.submit = [&](const Request&, int) { return with_request_id(refused(status, "", "")); }});
        NodeHost host;
        const auto result = host.run(api.spec());
        const auto status_text = std::to_string(status);
        expect_error(result, {.type = "Submission Unknown",
                              .code = "submission_unknown",
                              .charged = "unknown",
                              .http_status = status_text.c_str()});
        EXPECT_EQ(error_member(result, "request_id"), "request-4711");
        EXPECT_EQ(api.submits().size(), 1U);
        EXPECT_TRUE(result.checkpoint.has_value());
    }
}

TEST(Error, Cancelled) {
    ScriptedApi api({.poll = [](const Request&, int) { return still_running(); }});
    NodeHost host;
    const auto live = host.start(api.spec());
    ASSERT_TRUE(api.server().wait_for_requests(2, test_support::long_enough));
    live->run().cancel();
    const auto result = live->result();
    EXPECT_EQ(result.outcome, wfn::Outcome::cancelled) << describe(result);
    EXPECT_EQ(error_member(result, "type"), "Cancelled");
    EXPECT_EQ(error_member(result, "charged"), "unknown");
    EXPECT_EQ(error_member(result, "job_id"), "job-1");
}

TEST(Error, InvalidInputNamesEveryViolation) {
    ScriptedApi api;
    auto spec = api.spec();
    spec.input = {{"model", "Pixel XL"}, {"prompt", 7}, {"image", "https://images.example/a.png"}};
    NodeHost host;
    const auto result = host.run(spec);
    expect_error(result, {.type = "Invalid Input", .code = "invalid_input"});
    const auto details = error_member(result, "details");
    EXPECT_NE(details.find("/model"), std::string::npos) << details;
    EXPECT_NE(details.find("/prompt"), std::string::npos) << details;
    EXPECT_NE(details.find("negative_prompt"), std::string::npos) << details;
    EXPECT_EQ(api.server().connections_accepted(), 0U);
}

TEST(Error, InvalidInputSaidByTheApi) {
    ScriptedApi api({.submit = [](const Request&, int) {
        return json_reply(422,
                          R"({"detail": [{"loc": ["body", "prompt"], "msg": "too rude", "type": "value"}]})");
    }});
    NodeHost host;
    const auto result = host.run(api.spec());
    expect_error(result, {.type = "Invalid Input", .code = "invalid_input", .http_status = "422"});
    EXPECT_EQ(error_member(result, "details"), R"([{"path":"/prompt","message":"too rude"}])");
}

struct ErrorBody {
    const char* name;
    const char* body;
};

void PrintTo(const ErrorBody& body, std::ostream* out) {
    *out << body.name;
}

class ErrorBodyOf : public testing::TestWithParam<ErrorBody> {};

TEST_P(ErrorBodyOf, GivesTheApisMessage) {
    ScriptedApi api({.submit = [](const Request&, int) { return json_reply(400, GetParam().body); }});
    NodeHost host;
    const auto result = host.run(api.spec());
    expect_error(result, {.type = "Invalid Input", .code = "invalid_input", .http_status = "400"});
    EXPECT_NE(error_member(result, "message").find("no purple, please"), std::string::npos)
        << describe(result);
}

INSTANTIATE_TEST_SUITE_P(
    Form, ErrorBodyOf,
    testing::Values(ErrorBody{"Nested", R"({"error": {"code": "x", "message": "no purple, please"}})"},
                    ErrorBody{"Flat", R"({"code": "x", "message": "no purple, please"})"},
                    ErrorBody{"Text", R"({"error": "no purple, please"})"},
                    ErrorBody{"Problem", R"({"type": "about:blank", "title": "Bad", "status": 400,
                                             "detail": "no purple, please"})"},
                    ErrorBody{"Detail", R"({"detail": "no purple, please"})"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Error, InvalidConnection) {
    ScriptedApi api;
    NodeHost host;
    const auto expect_fault = [&](const boost::json::object& connection, const char* path) {
        SCOPED_TRACE(path);
        auto spec = api.spec();
        spec.connection = connection;
        const auto result = host.run(spec);
        expect_error(result, {.type = "Invalid Connection", .code = "invalid_connection"});
        EXPECT_NE(error_member(result, "details").find(path), std::string::npos) << describe(result);
    };
    auto connection = api.spec().connection;
    connection["api_key"] = "";
    expect_fault(connection, "/api_key");
    connection = api.spec().connection;
    connection["allow_insecure_loopback"] = false;
    expect_fault(connection, "/base_url");
    connection = api.spec().connection;
    connection["max_connections"] = 0;
    expect_fault(connection, "/max_connections");
    connection = api.spec().connection;
    connection["proxy"] = "socks5://127.0.0.1:1080";
    expect_fault(connection, "/proxy");
    connection = api.spec().connection;
    connection["api_binding"] = {{"name", "Half a binding"}};
    expect_fault(connection, "/api_binding");
    EXPECT_EQ(api.server().connections_accepted(), 0U);
}

TEST(Error, InvalidConnectionWhereThereIsNone) {
    test_support::RunSpec spec;
    spec.input = valid_input();
    NodeHost host;
    expect_error(host.run(spec), {.type = "Invalid Connection", .code = "invalid_connection"});
}

TEST(Error, CheckpointNotKept) {
    ScriptedApi api;
    auto spec = api.spec();
    spec.on_checkpoint = [](const std::string&) { return wfn::CheckpointAnswer::not_kept; };
    NodeHost host;
    expect_error(host.run(spec),
                 {.type = "Checkpoint Not Kept", .code = "checkpoint_not_kept", .retryable = "true"});
    EXPECT_TRUE(api.server().requests().empty());
}

TEST(Error, CheckpointNotKeptInTime) {
    ScriptedApi api;
    auto spec = api.spec();
    spec.checkpoint_timeout = 300ms;
    spec.on_checkpoint = [](const std::string&) { return wfn::CheckpointAnswer::later; };
    NodeHost host;
    expect_error(host.run(spec),
                 {.type = "Checkpoint Not Kept", .code = "checkpoint_not_kept", .retryable = "true"});
    EXPECT_TRUE(api.server().requests().empty());
}

TEST(Error, ACheckpointThatIsNotKeptAfterTheSubmitIsAWarning) {
    ScriptedApi api;
    auto spec = api.spec();
    spec.on_checkpoint = [](const std::string& checkpoint) {
        return checkpoint.find("job-1") == std::string::npos ? wfn::CheckpointAnswer::kept
                                                             : wfn::CheckpointAnswer::not_kept;
    };
    NodeHost host;
    const auto result = host.run(spec);
    EXPECT_EQ(test_support::video_of(result), video_url) << describe(result);
    EXPECT_NE(result.warnings_json.find("checkpoint_not_kept"), std::string::npos);
}

} // namespace
} // namespace node_tests
