// The requests of an upload's steps, and what their replies lead to.
#include "api/upload_request.hpp"
#include "job/flow_story.hpp"
#include "json/json_text.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

namespace job_engine {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::shared_ptr<const Connection> connection_with(std::string_view steps, std::string_view more = "{}") {
    auto document = parse_json(R"({"name": "Example", "base_url": "https://api.example.com",
        "authorization": {"header": "X-Key", "value": "{{api_key}}"}, "headers": {"X-Version": "2"},
        "submit": {"method": "POST", "path": "/jobs", "body": {"image": "{{image}}"}},
        "poll": {"method": "GET", "path": "/jobs/{id}"}, "reply": {"video": ["/video"]}})")
                        ->as_object();
    document["files"] = *parse_json(R"({"media_types": ["image/jpeg"], "as": "upload", "upload": {"steps": )"
                                    + std::string(steps) + R"(, "url": "{{kept.url}}"}})");
    boost::json::object members{{"api_key", "s3cret-key"}, {"api_binding", document}};
    const auto further = parse_json(more);
    for (const auto& member : further->as_object())
        members[member.key()] = member.value();
    const auto& node = testing::image_to_video_definition();
    const auto connection =
        read_connection(boost::json::serialize(members), testing::definitions().connection,
                        node.binding_rules, node.built_in_binding);
    EXPECT_TRUE(connection.has_value()) << (connection ? "" : connection.error().message);
    return connection ? *connection : nullptr;
}

FileToUpload file_of(std::string bytes) {
    return {std::make_shared<const std::string>(std::move(bytes)), "a b\".jpg", "image/jpeg"};
}

constexpr std::string_view two_steps = R"([
    {"method": "POST", "path": "/files/{{file.name}}", "headers": {"X-Size": "{{file.size}}"},
     "body": {"name": "{{file.name}}", "size": "{{file.size}}", "of": "{{file.type}} file"},
     "keep": {"to": ["/none", "/to"], "fields": ["/fields"], "url": ["/url"]}},
    {"method": "PUT", "url": "{{kept.to}}", "file": true}])";

TEST(UploadRequest, OfTheServiceItselfHasItsHeaders) {
    const auto connection = connection_with(two_steps);
    const auto request =
        upload_request(connection->binding->files->steps[0], *connection, file_of("12345"), {});
    ASSERT_TRUE(request.has_value());
    EXPECT_TRUE(request->is_authorized);
    EXPECT_FALSE(request->is_told);
    EXPECT_EQ(request->origin.text() + request->target, "https://api.example.com/files/a%20b%22.jpg");
    EXPECT_EQ(request->head, R"({"name":"a b\".jpg","size":5,"of":"image/jpeg file"})");
    EXPECT_FALSE(request->sends_file);
    EXPECT_EQ(request->headers,
              (Headers{{"X-Version", "2"}, {"X-Size", "5"}, {"Content-Type", "application/json"}}));
}

TEST(UploadRequest, GoesWithoutTheKeyWhereAReplySays) {
    const auto connection = connection_with(two_steps);
    const auto& steps = connection->binding->files->steps;
    KeptOfUpload kept;
    EXPECT_FALSE(keep_of_reply(steps[0],
                               R"({"to": "https://files.example/a?sig=1", "fields": {}, "url": "u"})",
                               *connection->binding, kept));
    const auto request = upload_request(steps[1], *connection, file_of("12345"), kept);
    ASSERT_TRUE(request.has_value());
    EXPECT_FALSE(request->is_authorized);
    EXPECT_TRUE(request->is_told);
    EXPECT_EQ(request->origin.text() + request->target, "https://files.example/a?sig=1");
    EXPECT_EQ(request->headers, (Headers{{"Content-Type", "image/jpeg"}}));
    EXPECT_TRUE(request->sends_file);
    EXPECT_EQ(*uploaded_value(*connection->binding->files, *connection->binding, kept), "u");
}

TEST(UploadRequest, GoesToNoAddressThatMayNotBeAsked) {
    const auto connection = connection_with(two_steps);
    for (const auto* address :
         {"http://files.example/a", "http://127.0.0.1/a", "file:///etc/passwd", "/a",
          "https://user:password@files.example/", "https://files.example/\r\nX: 1", ""}) {
        const auto request = upload_request(connection->binding->files->steps[1], *connection, file_of("1"),
                                            {{"kept.to", address}});
        ASSERT_FALSE(request.has_value()) << address;
        EXPECT_THAT(request.error().message, HasSubstr("the address for it that a reply names")) << address;
    }
}

TEST(UploadRequest, OfAnotherHostOfTheServicesGoesToWhatStandsForTheService) {
    constexpr std::string_view steps = R"([{"method": "POST", "url": "https://rest.example.com/start?type=1",
        "authorization": true, "file": true, "keep": {"url": ["/url"]}}])";
    const auto address_of = [&](std::string_view more) {
        const auto connection = connection_with(steps, more);
        const auto request =
            upload_request(connection->binding->files->steps[0], *connection, file_of("1"), {});
        EXPECT_TRUE(request->is_authorized);
        return request->origin.text() + request->target;
    };
    EXPECT_EQ(address_of("{}"), "https://rest.example.com/start?type=1");
    EXPECT_EQ(address_of(R"({"base_url": "https://gateway.example/video"})"),
              "https://gateway.example/video/start?type=1");
}

TEST(UploadRequest, OfAFormHasTheFieldsThatAReplyNamesBeforeItsOwn) {
    const auto connection = connection_with(R"([
        {"method": "POST", "path": "/start", "keep": {"to": ["/to"], "fields": ["/fields"], "url": ["/to"]}},
        {"method": "POST", "url": "{{kept.to}}", "form_from": "fields", "form": {"type": "{{file.type}}"},
         "headers": {"content-type": "multipart/form-data"},
         "file_field": "file"}])");
    const auto file = file_of("--workflow-node-form-part-1 in the file");
    const auto request =
        upload_request(connection->binding->files->steps[1], *connection, file,
                       {{"kept.to", "https://files.example/"}, {"kept.fields", {{"key", "a/b"}, {"n", 1}}}});
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->headers,
              (Headers{{"Content-Type", "multipart/form-data; boundary=workflow-node-form-part-2"}}));
    EXPECT_EQ(request->head,
              "--workflow-node-form-part-2\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n"
              "a/b\r\n--workflow-node-form-part-2\r\nContent-Disposition: form-data; name=\"n\""
              "\r\n\r\n1\r\n--workflow-node-form-part-2\r\nContent-Disposition: form-data; "
              "name=\"type\"\r\n\r\nimage/jpeg\r\n--workflow-node-form-part-2\r\n"
              "Content-Disposition: form-data; name=\"file\"; filename=\"a b%22.jpg\"\r\n"
              "Content-Type: image/jpeg\r\n\r\n");
    EXPECT_EQ(request->tail, "\r\n--workflow-node-form-part-2--\r\n");
}

TEST(UploadRequest, IsNotMadeOfARepliesOddFields) {
    const auto connection = connection_with(R"([
        {"method": "POST", "path": "/start", "keep": {"to": ["/to"], "fields": ["/fields"], "url": ["/to"]}},
        {"method": "POST", "path": "/end", "headers": {"X-To": "{{kept.to}}"}, "form_from": "fields",
         "file_field": "file"}])");
    const auto& step = connection->binding->files->steps[1];
    EXPECT_THAT(upload_request(step, *connection, file_of("1"), {{"kept.to", "a"}, {"kept.fields", "text"}})
                    .error()
                    .message,
                HasSubstr("are no object of at most 64"));
    EXPECT_THAT(upload_request(step, *connection, file_of("1"),
                               {{"kept.to", "a\r\nX-Evil: 1"}, {"kept.fields", boost::json::object()}})
                    .error()
                    .message,
                HasSubstr("a text for the header X-To that cannot be one"));
}

TEST(UploadRequest, SaysWhatAReplyLacks) {
    const auto connection = connection_with(two_steps);
    const auto& step = connection->binding->files->steps[0];
    KeptOfUpload kept;
    const auto told = [&](std::string_view body) {
        const auto error = keep_of_reply(step, body, *connection->binding, kept);
        return error ? error->message : "nothing";
    };
    EXPECT_THAT(told("<html>"), HasSubstr("its reply to the upload is no JSON object"));
    EXPECT_THAT(told(R"({"to": ""})"), HasSubstr("has no to at /none, /to"));
    EXPECT_THAT(told(R"({"to": ")" + std::string(9000, 'a') + R"("})"), HasSubstr("is longer than 8 KiB"));
    for (const auto* url : {"", "a b", "a\nb"})
        EXPECT_THAT(uploaded_value(*connection->binding->files, *connection->binding, {{"kept.url", url}})
                        .error()
                        .message,
                    HasSubstr("name no address of the file"));
}

} // namespace
} // namespace job_engine
