#include "api/binding.hpp"
#include "job/flow_story.hpp"
#include "json/json_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace job_engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

// The least that a binding has to say, with these members besides or instead.
boost::json::object document_with(std::string_view members = "{}") {
    const auto least = parse_json(R"({"name": "Example",
        "submit": {"method": "POST", "path": "/jobs", "body": {"image": "{{image}}"}},
        "poll": {"method": "GET", "path": "/jobs/{id}"},
        "reply": {"id": ["/id"], "status": ["/status"], "video": ["/video"]},
        "status_words": {"success": ["Done"], "failed": ["FAILED"]}})");
    auto document = least->as_object();
    const auto further = parse_json(members);
    for (const auto& member : further->as_object())
        document[member.key()] = member.value();
    return document;
}

Result<std::shared_ptr<const Binding>> read(const boost::json::object& document) {
    return read_binding(document, testing::image_to_video_definition().binding_rules);
}

TEST(Binding, BuiltInIsTheDocumentedWire) {
    const auto& binding = *testing::image_to_video_definition().built_in_binding;
    EXPECT_EQ(binding.submit.method + " " + binding.submit.path, "POST /v1/image-to-video");
    EXPECT_EQ(binding.poll.method + " " + binding.poll.path, "GET /v1/jobs/{id}");
    EXPECT_EQ(binding.cancel.value().method + " " + binding.cancel.value().path, "DELETE /v1/jobs/{id}");
    EXPECT_EQ(binding.authorization_header + ": " + binding.authorization_value,
              "Authorization: Bearer {{api_key}}");
    EXPECT_EQ(binding.idempotency_header, "Idempotency-Key");
    EXPECT_FALSE(binding.idempotency_honoured);
    EXPECT_EQ(binding.status_words.size(), 29U);
    EXPECT_EQ(binding.error_codes.at("prompt_too_vague"), ErrorCode::input_too_vague);
}

TEST(Binding, WhatIsLeftOutHasADefault) {
    const auto binding = *read(document_with());
    EXPECT_EQ(binding->authorization_header, "Authorization");
    EXPECT_FALSE(binding->result);
    EXPECT_FALSE(binding->cancel);
    EXPECT_TRUE(binding->idempotency_header.empty());
    EXPECT_FALSE(binding->idempotency_honoured);
}

TEST(Binding, StatusWordsAreComparedInLowerCase) {
    const auto binding = *read(document_with());
    EXPECT_EQ(binding->status_words.at("done"), JobStatus::succeeded);
    EXPECT_EQ(binding->status_words.at("failed"), JobStatus::failed);
}

TEST(Binding, ReadsEveryPart) {
    const auto binding = *read(document_with(R"({"headers": {"X-Version": "2"},
        "authorization": {"header": "X-Key", "value": "Key {{api_key}}"},
        "result": {"method": "GET", "path": "/r/{id}", "url": ["/response_url"]},
        "poll": {"method": "GET", "path": "/p", "use_location": true, "prefer_wait_seconds": 10},
        "idempotency": {"header": "X-Idempotency", "honoured": true},
        "error_codes": {"E1": "rate_limited"}, "value_maps": {"model": {"Pixel M": "m-1"}}})"));
    EXPECT_THAT(binding->headers, ElementsAre(std::pair<std::string, std::string>("X-Version", "2")));
    EXPECT_EQ(binding->authorization_header, "X-Key");
    EXPECT_THAT(binding->result.value().url, ElementsAre("/response_url"));
    EXPECT_TRUE(binding->poll.use_location);
    EXPECT_EQ(binding->poll.prefer_wait_seconds, 10);
    EXPECT_TRUE(binding->idempotency_honoured);
    EXPECT_EQ(binding->error_codes.at("E1"), ErrorCode::rate_limited);
    EXPECT_EQ(binding->submit.value_maps.size(), 1U);
}

TEST(Binding, AViolationIsAnInvalidConnectionBelowApiBinding) {
    auto document = document_with(R"({"reply": {"id": "/id"}, "more": 1})");
    const auto result = read(document);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::invalid_connection);
    for (const auto& detail : result.error().details)
        EXPECT_THAT(detail.path, StartsWith("/api_binding/"));
    EXPECT_THAT(result.error().details, SizeIs(3)); // id, video, more
}

// What would let a binding break out of the request line or its headers.
TEST(Binding, RefusesTextThatDoesNotFitItsPlaceOnTheWire) {
    for (const auto* members :
         {R"({"submit": {"method": "POST", "path": "jobs", "body": {}}})",
          R"({"submit": {"method": "POST", "path": "/jobs HTTP/1.1\r\nX: 1", "body": {}}})",
          R"({"poll": {"method": "GET", "path": "/a b"}})", R"({"poll": {"method": "GET", "path": "/a#b"}})",
          R"({"cancel": {"method": "DELETE", "path": "//\u00e4"}})",
          R"({"result": {"method": "GET", "path": "https://evil.example/"}})",
          R"({"headers": {"X-A": "1\r\nX-B: 2"}})", R"({"headers": {"X A": "1"}})",
          R"({"headers": {"": "1"}})", R"({"authorization": {"header": "X:", "value": "{{api_key}}"}})",
          R"({"authorization": {"header": "X", "value": "a\nb"}})",
          R"({"idempotency": {"header": "X Y", "honoured": true}})"}) {
        const auto result = read(document_with(members));
        ASSERT_FALSE(result) << members;
        EXPECT_EQ(result.error().code, ErrorCode::invalid_connection) << members;
    }
}

// A paid video without the prompt, or with braces in it, is nobody's wish.
TEST(Binding, AnUnknownPlaceholderIsNamed) {
    const auto with_body = [](const std::string& body) {
        return read(
            document_with(R"({"submit": {"method": "POST", "path": "/jobs", "body": )" + body + "}}"));
    };
    for (const auto* body : {R"({"a": "{{promt}}"})", R"({"a": [{"b": "A film: {{promt}}"}]})",
                             R"({"a": "{{prompt}} {{promt}}"})", R"({"a": "{{promt"})", R"({"a": "{{}}"})"}) {
        const auto result = with_body(body);
        ASSERT_FALSE(result) << body;
        EXPECT_EQ(result.error().code, ErrorCode::invalid_connection) << body;
        EXPECT_EQ(result.error().details.at(0).path, "/api_binding/submit/body") << body;
        EXPECT_THAT(result.error().message, HasSubstr("{{prompt}}")) << "what there is";
    }
    EXPECT_THAT(with_body(R"({"a": "{{promt}}"})").error().message,
                HasSubstr("unknown placeholder {{promt}}"));
    EXPECT_TRUE(with_body(R"({"a": "A film: {{prompt}}, {{ model }}", "b": "{{{{promt}}}}", "{{c}}": "}}",
                           "image": "{{image}}"})"));
    const auto key = read(document_with(R"({"authorization": {"header": "X", "value": "Key {{key}}"}})"));
    ASSERT_FALSE(key);
    EXPECT_THAT(key.error().message, HasSubstr("{{key}}"));
}

TEST(Binding, ATokenHasARuleAndAPlace) {
    const auto with = [](const std::string& authorization) {
        return read(document_with(R"({"authorization": {"header": "X", )" + authorization + "}}"));
    };
    const std::string jwt = R"("jwt": {"algorithm": "HS256", "lifetime_seconds": 600})";
    const auto binding = with(R"("value": "Bearer {{jwt}}", )" + jwt);
    ASSERT_TRUE(binding) << binding.error().message;
    EXPECT_EQ((*binding)->jwt.value().lifetime, std::chrono::seconds(600));
    EXPECT_EQ((*binding)->jwt.value().not_before, std::chrono::seconds(0));
    const auto fault_of = [&](const std::string& authorization) {
        const auto read = with(authorization);
        return read ? "none" : read.error().message;
    };
    EXPECT_THAT(fault_of(R"("value": "Bearer {{jwt}}")"), HasSubstr("{{jwt}} where authorization.jwt"));
    EXPECT_THAT(fault_of(R"("value": "Bearer {{api_key}}", )" + jwt), HasSubstr("there is {{jwt}}"));
    EXPECT_THAT(fault_of(R"("value": "Bearer", )" + jwt), HasSubstr("must have {{jwt}} in it"));
    EXPECT_THAT(fault_of(R"("value": "{{jwt}}", "jwt": {"algorithm": "RS256", "lifetime_seconds": 600})"),
                HasSubstr("authorization/jwt/algorithm"));
    EXPECT_THAT(fault_of(R"("value": "{{jwt}}", "jwt": {"algorithm": "HS256"})"),
                HasSubstr("lifetime_seconds"));
}

} // namespace
} // namespace job_engine
