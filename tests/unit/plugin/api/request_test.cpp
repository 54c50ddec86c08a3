#include "api/body_template.hpp"
#include "api/request.hpp"
#include "job/flow_story.hpp"
#include "json/json_text.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace job_engine {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

SubmitRequest submit_with(std::string_view body, std::string_view maps = "{}",
                          std::string_view derived = "{}") {
    SubmitRequest submit;
    submit.body = {{"all", *parse_json(body)}};
    submit.value_maps = parse_json(maps)->as_object();
    submit.derived = parse_json(derived)->as_object();
    return submit;
}

std::string filled(const SubmitRequest& submit, std::string_view inputs) {
    return boost::json::serialize(fill_body(submit, parse_json(inputs)->as_object()).at("all"));
}

std::string filled(std::string_view body, std::string_view inputs, std::string_view maps = "{}") {
    return filled(submit_with(body, maps), inputs);
}

TEST(FillTemplate, PutsInTheInputsJsonValue) {
    EXPECT_EQ(filled(R"({"a": "{{prompt}}", "b": "{{flag}}", "c": "{{none}}"})",
                     R"({"prompt": "say \"hi\" {{flag}}", "flag": true, "none": null})"),
              R"({"a":"say \"hi\" {{flag}}","b":true,"c":null})");
}

TEST(FillTemplate, LeavesOutAMemberWhoseInputIsAbsent) {
    EXPECT_EQ(filled(R"({"a": "{{size}}", "b": {"c": "{{size}}", "d": 1}, "e": ["{{size}}", "x"]})", "{}"),
              R"({"b":{"d":1},"e":["x"]})");
}

TEST(FillTemplate, LeavesOtherTextsAlone) {
    EXPECT_EQ(filled(R"(["a", "{prompt}", "{\"a\":{}}", 1.5, null])", R"({"prompt": "p"})"),
              R"(["a","{prompt}","{\"a\":{}}",1.5E0,null])");
}

TEST(FillTemplate, FillsPlacesWithinAText) {
    const auto* inputs = R"({"prompt": "a \"b\" {{size}}", "flag": true, "none": null, "model": "Pixel M"})";
    EXPECT_EQ(filled(R"(["A film: {{prompt}}, in colour"])", inputs),
              R"(["A film: a \"b\" {{size}}, in colour"])");
    EXPECT_EQ(filled(R"(["{{model}}/{{ flag }}", "[{{none}}{{size}}]"])", inputs),
              R"(["Pixel M/true","[]"])");
    EXPECT_EQ(filled(R"(["m={{model}}"])", inputs, R"({"model": {"Pixel M": "m-1"}})"), R"(["m=m-1"])");
}

TEST(FillTemplate, FourBracesStandForTwo) {
    EXPECT_EQ(filled(R"(["{{{{prompt}}}}", "{{{{", "{{{{{{prompt}}}}}}"])", R"({"prompt": "p"})"),
              R"(["{{prompt}}","{{","{{p}}"])");
}

TEST(FillTemplate, MapsValues) {
    const auto* maps = R"({"model": {"Pixel M": "m-1", "Pixel S": {"id": 2}}})";
    EXPECT_EQ(filled(R"({"m": "{{model}}"})", R"({"model": "Pixel M"})", maps), R"({"m":"m-1"})");
    EXPECT_EQ(filled(R"({"m": "{{model}}"})", R"({"model": "Pixel S"})", maps), R"({"m":{"id":2}})");
    EXPECT_EQ(filled(R"({"m": "{{model}}"})", R"({"model": "Pixel L"})", maps), R"({"m":"Pixel L"})");
}

TEST(FillTemplate, DerivesValuesFromAnInput) {
    const auto* size = R"({"ratio": {"from": "size", "values": {"wide": "16:9", "tall": "9:16"}},
                           "pixels": {"from": "size", "values": {"wide": 720}}})";
    const auto submit = submit_with(R"({"r": "{{ratio}}", "p": "{{pixels}}", "s": "{{size}}"})", "{}", size);
    EXPECT_EQ(filled(submit, R"({"size": "wide"})"), R"({"r":"16:9","p":720,"s":"wide"})");
    EXPECT_EQ(filled(submit, R"({"size": "tall"})"), R"({"r":"9:16","s":"tall"})");
    EXPECT_EQ(filled(submit, "{}"), "{}");
}

TEST(FillTemplate, LeavesOutWhatIsNullWhereTheApiWantsNone) {
    auto submit = submit_with(R"({"a": "{{none}}", "b": null})");
    EXPECT_EQ(filled(submit, R"({"none": null})"), R"({"a":null,"b":null})");
    submit.omit_null = true;
    EXPECT_EQ(filled(submit, R"({"none": null})"), R"({"b":null})") << "what the binding says is sent";
}

TEST(FillPath, EncodesAnInputAsOneSegmentOrKeepsItsSlashes) {
    SubmitRequest submit;
    submit.path = "/v1/{{model}}/{{+model}}/run?x={{none}}";
    const boost::json::object inputs{{"model", "a b/c?d#"}, {"none", nullptr}};
    EXPECT_EQ(fill_path(submit, inputs), "/v1/a%20b%2Fc%3Fd%23/a%20b/c%3Fd%23/run?x=");
    submit.path = "/v1/{id}";
    EXPECT_EQ(fill_path(submit, inputs), "") << "there is no input in it";
}

TEST(SubmitRequest, PutsTheKeyAndItsMarkerIntoTheBody) {
    auto binding = *testing::image_to_video_definition().built_in_binding;
    const std::string digest(64, 'd');
    const std::string key(32, 'a');
    binding.submit.names_run = true;
    const auto body = R"({"k":")" + digest + R"(","m":"note )" + run_marker(digest) + "\"}";
    EXPECT_EQ(submit_request(binding, "", {"", body, digest}, key + key).body,
              R"({"k":")" + key + key + R"(","m":"note wfn-)" + key + "\"}");
}

TEST(JobRequest, FillsTheIdOfItsJobIntoTheBody) {
    auto binding = *testing::image_to_video_definition().built_in_binding;
    binding.headers = {{"X-All", "1"}};
    binding.cancel->headers = {{"X-Own", "2"}};
    binding.cancel->body = parse_json(R"({"task": "{{id}}"})")->as_object();
    const auto request = job_request(*binding.cancel, binding, "/cancel", "a\"b");
    EXPECT_EQ(request.body, R"({"task":"a\"b"})");
    EXPECT_THAT(request.headers, ElementsAre(Pair("X-All", "1"), Pair("X-Own", "2")));
}

TEST(JobTarget, KeepsSlashesWhereThePathSaysSo) {
    JobRequest request;
    request.path = "/v1/{+id}/files/{file_id}";
    EXPECT_EQ(job_target(request, "", "", "models/m/operations/7 8", {{"file_id", "a/b"}}),
              "/v1/models/m/operations/7%208/files/a%2Fb");
}

TEST(SubmitRequest, IsWhatTheBindingSays) {
    const auto request = submit_request(*testing::image_to_video_definition().built_in_binding, "/base",
                                        {"", "{}", ""}, "key-1");
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/base/v1/image-to-video");
    EXPECT_THAT(request.headers, ElementsAre(Pair("Idempotency-Key", "key-1")));
    EXPECT_EQ(request.body, "{}");
}

TEST(SubmitRequest, IsNotRepeatedByTheTransportWhateverItsMethod) {
    auto binding = *testing::image_to_video_definition().built_in_binding;
    for (const auto* method : {"POST", "PUT", "GET"}) {
        binding.submit.method = method;
        EXPECT_FALSE(submit_request(binding, "", {"", "{}", ""}, "key-1").may_be_repeated) << method;
    }
    EXPECT_TRUE(job_request(binding.poll, binding, "/", "7").may_be_repeated);
    EXPECT_FALSE(job_request(binding.cancel.value(), binding, "/", "7").may_be_repeated);
}

TEST(JobRequest, PutsTheIdIntoThePathEncoded) {
    const auto& binding = *testing::image_to_video_definition().built_in_binding;
    EXPECT_EQ(job_target(binding.poll, "/base", "", "a/../b?c"), "/base/v1/jobs/a%2F..%2Fb%3Fc");
    EXPECT_EQ(job_request(*binding.cancel, binding, "/", "7").method, "DELETE");
}

TEST(JobRequest, PrefersTheJobsOwnTarget) {
    const auto& binding = *testing::image_to_video_definition().built_in_binding;
    EXPECT_EQ(job_target(binding.poll, "/base", "/own?x", "7"), "/own?x");
    EXPECT_EQ(job_request(binding.poll, binding, "/own?x", "7").target, "/own?x");
}

TEST(JobRequest, MayAskTheApiToHoldItsReply) {
    auto binding = *testing::image_to_video_definition().built_in_binding;
    binding.poll.prefer_wait_seconds = 20;
    EXPECT_THAT(job_request(binding.poll, binding, "/", "7", LongPoll::yes).headers,
                ElementsAre(Pair("Prefer", "wait=20")));
}

} // namespace
} // namespace job_engine
