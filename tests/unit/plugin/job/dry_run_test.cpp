// What a run would send, and that its secrets are not in it.
#include "job/dry_run.hpp"
#include "job/flow_story.hpp"
#include "json/json_text.hpp"
#include "plugin_nodes_embedded.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace job_engine::testing {
namespace {

Outcome played(const Facts& facts) {
    return dry_run(parameters_of(facts, facts.run_key), image_to_video_node(), "tests/1.0");
}

boost::json::array requests_of(const Outcome& outcome) {
    EXPECT_EQ(outcome.kind, Outcome::Kind::succeeded) << outcome.error.message;
    return parse_json(outcome.output_json)->at("requests").as_array();
}

std::string text_at(const boost::json::value& object, std::string_view name) {
    return std::string(object.at(name).as_string());
}

std::vector<std::string> purposes_of(const boost::json::array& requests) {
    std::vector<std::string> purposes;
    for (const auto& request : requests)
        purposes.push_back(text_at(request, "purpose"));
    return purposes;
}

Checkpoint checkpoint_of_job() {
    FlowStory earlier;
    earlier.become_job();
    return earlier.saved();
}

Checkpoint checkpoint_amid_submit() {
    FlowStory earlier;
    earlier.submit();
    return earlier.saved();
}

using Purposes = std::vector<std::string>;

TEST(DryRun, ShowsTheVerySubmit) {
    Facts facts;
    facts.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    FlowStory real(facts);
    real.submit();
    const auto requests = requests_of(played(facts));
    EXPECT_EQ(purposes_of(requests), (Purposes{"submit", "poll"}));
    const auto& submit = requests.front();
    EXPECT_EQ(text_at(submit, "method"), "POST");
    EXPECT_EQ(text_at(submit, "url"), "https://api.pixelml.com" + real.request().target);
    EXPECT_EQ(submit.at("body"), *parse_json(real.request().body));
    const auto& headers = submit.at("headers");
    EXPECT_EQ(text_at(headers, "Authorization"), "Bearer ***");
    EXPECT_EQ(text_at(headers, "User-Agent"), "tests/1.0");
    EXPECT_EQ(text_at(headers, "Content-Type"), "application/json");
    EXPECT_EQ(text_at(headers, "Idempotency-Key"), real.key());
    EXPECT_EQ(text_at(headers, "traceparent"), facts.traceparent);
    EXPECT_EQ(text_at(requests.at(1), "url"), "https://api.pixelml.com/v1/jobs/{id}");
    EXPECT_EQ(text_at(requests.at(1).at("headers"), "traceparent"), facts.traceparent);
    EXPECT_TRUE(requests.at(1).at("body").is_null());
}

TEST(DryRun, ShowsTheLookAtTheImageWithoutTheAccount) {
    Facts facts;
    facts.connection = R"("check_image": true, "max_running": 1)";
    const auto requests = requests_of(played(facts));
    EXPECT_EQ(purposes_of(requests), (Purposes{"check_media", "submit", "poll"}));
    EXPECT_EQ(text_at(requests.front(), "url"), "https://example.com/landscape.jpg");
    EXPECT_FALSE(requests.front().at("headers").as_object().contains("Authorization"));
    EXPECT_EQ(text_at(requests.front().at("headers"), "Range"), "bytes=0-31");
}

TEST(DryRun, ShowsAllRequestsOfAQueue) {
    Facts facts;
    facts.connection = queue_binding();
    EXPECT_EQ(purposes_of(requests_of(played(facts))), (Purposes{"submit", "poll", "result"}));
}

// The connection's own, and those that a binding has in it: nobody can tell them from other words.
TEST(DryRun, MasksSecrets) {
    Facts facts;
    facts.input["prompt"] = "my key is test-key-1";
    auto document = (*parse_json(pixelml::embedded::pixelml_api)).as_object();
    document.at("authorization").as_object()["value"] = "Token literal-secret-1";
    document["headers"] = {{"X-Client-Secret", "literal-secret-2"}};
    document.at("submit").as_object()["path"] = "/v1/generate?key=literal-secret-3";
    facts.connection = "\"api_binding\": " + boost::json::serialize(document);
    const auto outcome = played(facts);
    const auto submit = requests_of(outcome).front();
    EXPECT_EQ(outcome.output_json.find("literal-secret"), std::string::npos) << outcome.output_json;
    EXPECT_EQ(text_at(submit.at("body"), "prompt"), "my key is ***");
    EXPECT_EQ(text_at(submit.at("headers"), "Authorization"), "Token ***");
    EXPECT_EQ(text_at(submit.at("headers"), "X-Client-Secret"), "***");
    EXPECT_EQ(text_at(submit, "url"), "https://api.pixelml.com/v1/generate?***");
}

TEST(DryRun, OfARunWithAJobShowsItsPollAlone) {
    Facts facts;
    facts.checkpoint = checkpoint_of_job();
    const auto requests = requests_of(played(facts));
    EXPECT_EQ(purposes_of(requests), Purposes{"poll"});
    EXPECT_EQ(text_at(requests.front(), "url"), "https://api.pixelml.com/v1/jobs/job-1");
}

TEST(DryRun, EndsAsTheRunWouldBeforeItsRequests) {
    Facts facts;
    facts.purpose = Purpose::collect_job;
    EXPECT_EQ(played(facts).error.code, ErrorCode::nothing_to_collect);
    facts = {};
    facts.checkpoint = checkpoint_amid_submit();
    EXPECT_EQ(played(facts).error.code, ErrorCode::submission_unknown); // where keys are not honoured
    facts.connection = idempotent_submit;
    EXPECT_EQ(purposes_of(requests_of(played(facts))), (Purposes{"submit", "poll"}));
}

TEST(DryRun, OfARunWithAKeptReplyShowsWhatThatLeadsTo) {
    Facts facts;
    FlowStory missed(facts);
    missed.submit();
    missed.reply(200, R"({"uuid": "job-7", "clip": "https://cdn.example/v.mp4"})");
    facts.checkpoint = missed.outcome().checkpoint;
    EXPECT_EQ(played(facts).error.code, ErrorCode::submission_unknown);
    facts.connection = binding_with({{"reply", "id", R"(["/uuid"])"}});
    EXPECT_EQ(purposes_of(requests_of(played(facts))), Purposes{"poll"});
    facts.connection = binding_with({{"reply", "video", R"(["/clip"])"}});
    EXPECT_EQ(purposes_of(requests_of(played(facts))), Purposes{});
}

// Also of a job: its cancel is no part of the run that is asked about.
TEST(DryRun, MayBeEndedBeforeItBegins) {
    Facts facts;
    for (const auto& checkpoint : {std::optional<Checkpoint>(), std::optional(checkpoint_of_job())}) {
        facts.checkpoint = checkpoint;
        facts.early_end = EarlyEnd::cancel;
        EXPECT_EQ(played(facts).kind, Outcome::Kind::cancelled);
        facts.early_end = EarlyEnd::suspend;
        EXPECT_EQ(played(facts).kind, Outcome::Kind::suspended);
    }
}

TEST(DryRun, AsksForNoFileAndShowsWhereItWouldBe) {
    Facts facts;
    facts.input = input_with_file("a%20\"b\".heic");
    const auto requests = requests_of(played(facts));
    EXPECT_EQ(purposes_of(requests), (Purposes{"submit", "poll"}));
    EXPECT_EQ(text_at(requests.front().at("body"), "image"), "{{bytes of a \"b\".heic}}");
}

TEST(DryRun, ShowsTheFileThatAnEarlierAttemptHasHandedOver) {
    Facts facts;
    facts.input = input_with_file();
    FlowStory earlier(facts);
    earlier.start();
    earlier.file(file_at("https://files.example/1.jpg"));
    earlier.suspend();
    facts.checkpoint = earlier.outcome().checkpoint;
    const auto requests = requests_of(played(facts));
    EXPECT_EQ(text_at(requests.front().at("body"), "image"), "https://files.example/1.jpg");
}

} // namespace
} // namespace job_engine::testing
