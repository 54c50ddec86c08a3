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

std::string filled(std::string_view body, std::string_view inputs, std::string_view maps = "{}") {
    return boost::json::serialize(
        fill_template(*parse_json(body), parse_json(inputs)->as_object(), parse_json(maps)->as_object()));
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

TEST(SubmitRequest, IsWhatTheBindingSays) {
    const auto request =
        submit_request(*testing::image_to_video_definition().built_in_binding, "/base", "{}", "key-1");
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/base/v1/image-to-video");
    EXPECT_THAT(request.headers, ElementsAre(Pair("Idempotency-Key", "key-1")));
    EXPECT_EQ(request.body, "{}");
}

TEST(SubmitRequest, IsNotRepeatedByTheTransportWhateverItsMethod) {
    auto binding = *testing::image_to_video_definition().built_in_binding;
    for (const auto* method : {"POST", "PUT", "GET"}) {
        binding.submit_method = method;
        EXPECT_FALSE(submit_request(binding, "", "{}", "key-1").may_be_repeated) << method;
    }
    EXPECT_TRUE(job_request(binding.poll, binding, "/").may_be_repeated);
    EXPECT_FALSE(job_request(binding.cancel.value(), binding, "/").may_be_repeated);
}

TEST(JobRequest, PutsTheIdIntoThePathEncoded) {
    const auto& binding = *testing::image_to_video_definition().built_in_binding;
    EXPECT_EQ(job_target(binding.poll, "/base", "", "a/../b?c"), "/base/v1/jobs/a%2F..%2Fb%3Fc");
    EXPECT_EQ(job_request(*binding.cancel, binding, "/").method, "DELETE");
}

TEST(JobRequest, PrefersTheJobsOwnTarget) {
    const auto& binding = *testing::image_to_video_definition().built_in_binding;
    EXPECT_EQ(job_target(binding.poll, "/base", "/own?x", "7"), "/own?x");
    EXPECT_EQ(job_request(binding.poll, binding, "/own?x").target, "/own?x");
}

TEST(JobRequest, MayAskTheApiToHoldItsReply) {
    auto binding = *testing::image_to_video_definition().built_in_binding;
    binding.poll.prefer_wait_seconds = 20;
    EXPECT_THAT(job_request(binding.poll, binding, "/", LongPoll::yes).headers,
                ElementsAre(Pair("Prefer", "wait=20")));
}

} // namespace
} // namespace job_engine
