// What somebody is told whose description is refused: where, what, and what to do.
#include "api/connection.hpp"
#include "job/flow_story.hpp"
#include "json/json_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace job_engine {
namespace {

using ::testing::HasSubstr;

// All faults of a description with these members besides or instead of the least; "none": there is none.
std::string told_of(std::string_view members) {
    auto document = parse_json(R"({"name": "Example", "base_url": "https://api.example.com",
        "submit": {"method": "POST", "path": "/jobs", "body": {"prompt": "{{prompt}}", "image": "{{image}}"}},
        "poll": {"method": "GET", "path": "/jobs/{id}"},
        "reply": {"id": ["/id"], "status": ["/status"], "video": ["/video"]}})")
                        ->as_object();
    const auto further = parse_json(members);
    for (const auto& member : further->as_object())
        document[member.key()] = member.value();
    const auto& node = testing::image_to_video_definition();
    const auto connection = read_connection(
        boost::json::serialize(boost::json::object{{"api_key", "s3cret"}, {"api_binding", document}}),
        testing::definitions().connection, node.binding_rules, node.built_in_binding);
    if (connection)
        return "none";
    std::string all;
    for (const auto& detail : connection.error().details)
        all += detail.path.substr(std::string_view("/api_binding/").size()) + " " + detail.message + "\n";
    return all;
}

TEST(DescriptionFault, RefusesRequestsThatNobodyMeans) {
    const auto submit = [](const std::string& method, const std::string& body) {
        return told_of(R"({"submit": {"method": ")" + method + R"(", "path": "/jobs", "body": )" + body
                       + "}}");
    };
    EXPECT_EQ(submit("PUT", R"({"a": {"b": ["{{ image }}"]}})"), "none");
    for (const auto* method : {"GET", "DELETE"})
        EXPECT_THAT(submit(method, R"({"image": "{{image}}"})"), HasSubstr("submit/method must be POST"));
    EXPECT_EQ(told_of(R"({"submit": {"method": "GET", "path": "/jobs?from={{image}}", "body": {}}})"),
              "none");
    EXPECT_THAT(submit("POST", R"({"prompt": "{{prompt}}"})"), HasSubstr("submit/body has no {{image}}"));
    EXPECT_THAT(submit("POST", R"({"image": "{{image}}", "size": "{size}"})"),
                HasSubstr("has {size}, which is sent as it is: a placeholder is {{size}}"));
    EXPECT_EQ(submit("POST", R"({"image": "{{image}}", "a": "{{size}}", "note": "{size}"})"), "none");

    EXPECT_THAT(told_of(R"({"poll": {"method": "GET", "path": "/jobs"}})"),
                HasSubstr("poll/path has no {id}"));
    EXPECT_EQ(told_of(R"({"poll": {"method": "POST", "path": "/jobs", "body": {"id": "{{id}}"}}})"), "none");
    EXPECT_EQ(told_of(R"({"poll": {"method": "GET", "path": "/jobs", "url": ["/url"]}})"), "none");
    EXPECT_THAT(told_of(R"({"poll": {"method": "POST", "path": "/jobs", "url": ["/url"]}})"),
                HasSubstr("poll is the same request as submit"));
    EXPECT_THAT(told_of(R"({"poll": {"method": "DELETE", "path": "/jobs/{id}"}})"),
                HasSubstr("poll/method must be GET or POST"));
    EXPECT_THAT(told_of(R"({"cancel": {"method": "DELETE", "path": "/jobs"}})"),
                HasSubstr("cancel/path has no {id}"));
    EXPECT_THAT(told_of(R"({"cancel": {"method": "GET", "path": "/jobs/{id}"}})"),
                HasSubstr("poll is the same request as cancel"));

    EXPECT_THAT(told_of(R"({"value_maps": {"modle": {"Pixel M": "m"}}})"),
                HasSubstr("value_maps/modle names no input"));
    EXPECT_THAT(told_of(R"({"value_maps": {"model": {"Pixel L": "l"}}})"),
                HasSubstr("has \"Pixel L\", which is no value of the input model"));
    EXPECT_THAT(told_of(R"({"derived": {"ratio": {"from": "size", "values": {"Square": "1:1"}}}})"),
                HasSubstr("derived/ratio/values has \"Square\""));
}

// The place, the word, and what there is instead.
TEST(DescriptionFault, OfAPlaceholderNamesThoseThatThereAre) {
    EXPECT_THAT(
        told_of(R"({"submit": {"method": "POST", "path": "/jobs",
                                       "body": {"image": "{{image}}", "a": [{"text": "Film: {{promt}}"}]}}})"),
        HasSubstr("submit/body at /a/0/text has the unknown placeholder {{promt}}; there are {{model}}, "
                  "{{prompt}}"));
}

TEST(DescriptionFault, OfAMemberNamesTheOneThatWasMeant) {
    EXPECT_EQ(told_of(R"({"replay": {}})"), "replay is not a known member (did you mean \"reply\"?)\n");
    EXPECT_THAT(told_of(R"({"reply": {"video": ["/v"], "satus": ["/s"]}})"),
                HasSubstr("reply/satus is not a known member (did you mean \"status\"?)"));
    EXPECT_EQ(told_of(R"({"something else": {}})"), "something else is not a known member\n");
}

TEST(DescriptionFault, OfAPointerShowsHowFarItLeads) {
    const auto told =
        told_of(R"({"reply": {"id": ["/id"], "status": ["/job/state"], "video": ["/clip/hreff/0"]},
        "examples": [
            {"title": "Accepted", "reply_to": "submit", "body": {"id": "j1", "job": {"state": "queued"}}},
            {"title": "Finished", "reply_to": "poll", "body": {"id": "j1", "clip": {"href": "https://a.example/v"}},
             "meaning": {"video": "https://a.example/v"}}]})");
    EXPECT_THAT(told,
                HasSubstr("examples/1/meaning/video of \"Finished\" is \"https://a.example/v\", but what is "
                          "described here reads \"\""));
    EXPECT_THAT(
        told, HasSubstr("reply/video has /clip/hreff/0, which leads nowhere in the examples: correct it, or "
                        "add an example with it; in \"Finished\" /clip has href"));
}

TEST(DescriptionFault, IsNoneWhereOnlyARequestIsShown) {
    const std::string request = R"({"examples": [{"title": "sent", "input": {"prompt": "p"},
        "request": {"headers": {"Authorization": "Bearer {{api_key}}"}, "body": {"prompt": ")";
    EXPECT_EQ(told_of(request + R"(p"}}}]})"), "none");
    EXPECT_THAT(told_of(request + R"(q"}}}]})"), HasSubstr("examples/0/request/body of \"sent\""));
}

// The file's way, with these steps.
std::string told_of_steps(std::string_view steps, std::string_view url = "{{kept.url}}") {
    return told_of(R"({"files": {"media_types": ["image/jpeg"], "as": "upload", "upload": {"steps": )"
                   + std::string(steps) + R"(, "url": ")" + std::string(url) + R"("}}})");
}

TEST(DescriptionFault, SaysWhatAnUploadCannotMean) {
    EXPECT_EQ(told_of_steps(R"([{"method": "PUT", "path": "/f", "file": true, "keep": {"url": ["/url"]}}])"),
              "none");
    EXPECT_THAT(told_of(R"({"files": {"media_types": ["image/jpeg"], "as": "upload"}})"),
                HasSubstr("files/upload is missing"));
    EXPECT_THAT(told_of(R"({"files": {"media_types": ["image/jpeg"], "as": "base64", "upload":
                            {"steps": [{"method": "PUT", "path": "/f", "file": true}], "url": "u"}}})"),
                HasSubstr("files/upload is not used"));
    EXPECT_THAT(told_of_steps(R"([{"method": "POST", "path": "/f", "keep": {"url": ["/url"]}}])"),
                HasSubstr("files/upload/steps send no file"));
    EXPECT_THAT(told_of_steps(R"([{"method": "PUT", "path": "/f", "file": true}])"),
                HasSubstr("files/upload/url has the unknown placeholder {{kept.url}}"));

    const auto step = [](const std::string& members) {
        return told_of_steps(R"([{"method": "PUT", "file": true, "keep": {"url": ["/url"]}, )" + members
                             + "}]");
    };
    EXPECT_THAT(step(R"("headers": {})"), HasSubstr("steps/0 must have either path or url"));
    EXPECT_THAT(step(R"("path": "/f", "url": "https://files.example/f")"),
                HasSubstr("must have either path or url"));
    EXPECT_THAT(step(R"("path": "f")"), HasSubstr("steps/0/path must begin with /"));
    EXPECT_THAT(step(R"("path": "/{{kept.url}}")"), HasSubstr("has the unknown placeholder {{kept.url}}"));
    for (const auto* url : {"http://files.example/f", "https://files.example", "https://{{kept.url}}/f",
                            "{{kept.url}}/f", "https://user:password@files.example/f"})
        EXPECT_THAT(step(R"("url": ")" + std::string(url) + R"(")"), HasSubstr("must be an https address"));
    EXPECT_EQ(step(R"("url": "https://files.example/{{file.name}}", "authorization": true)"), "none");
    EXPECT_THAT(step(R"("path": "/f", "body": {})"),
                HasSubstr("no more than one of body, file and file_field"));
    EXPECT_THAT(step(R"("path": "/f", "form": {"a": "b"})"),
                HasSubstr("fields of a form without file_field"));
    EXPECT_THAT(step(R"("path": "/f", "headers": {"A\n": "b"})"), HasSubstr("must be a valid HTTP header"));
    EXPECT_THAT(step(R"("path": "/f", "headers": {"A": "{{api_key}}"})"),
                HasSubstr("unknown placeholder {{api_key}}"));
    EXPECT_THAT(told_of_steps(R"([{"method": "POST", "path": "/f", "keep": {"url": ["/url"]}},
                                  {"method": "PUT", "url": "{{kept.url}}", "authorization": true, "file": true}])"),
                HasSubstr("steps/1/authorization would send the API key to an address that a reply names"));
    EXPECT_THAT(told_of_steps(R"([{"method": "POST", "path": "/f", "file_field": "f", "form_from": "url",
                                   "keep": {"url": ["/url"]}}])"),
                HasSubstr("steps/0/form_from names nothing that an earlier step keeps"));
}

TEST(DescriptionFault, IsFoundByTheExamplesOfAnUpload) {
    const auto told = [](const std::string& example) {
        return told_of(R"({"files": {"media_types": ["image/jpeg"], "as": "upload", "upload": {"steps": [
            {"method": "PUT", "path": "/f/{{file.name}}", "file": true, "keep": {"url": ["/url"]}}],
            "url": "{{kept.url}}"}}, "examples": [{"title": "An upload", "step": 0, )"
                       + example + "}]}");
    };
    EXPECT_EQ(told(R"("file": {"name": "a.png", "type": "image/png", "size": 1},
                      "request": {"method": "PUT", "path": "/f/a.png", "headers": {"Content-Type": "image/png"}})"),
              "none");
    EXPECT_THAT(
        told(R"("request": {"path": "/f/b.jpg"})"),
        HasSubstr("of \"An upload\" is \"/f/b.jpg\", but what is described here reads \"/f/image.jpg\""));
    EXPECT_THAT(told(R"("reply_to": "upload", "body": {"url": "https://files.example/1"},
                        "meaning": {"kept": {"url": "https://files.example/2"}})"),
                HasSubstr("meaning/kept/url of \"An upload\" is"));
    EXPECT_THAT(told(R"("reply_to": "upload", "body": {"uri": "https://files.example/1"})"),
                HasSubstr("files/upload/steps/0/keep/url has /url, which leads nowhere"));
}

} // namespace
} // namespace job_engine
