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

} // namespace
} // namespace job_engine
