// What a run would send, and that its secrets are not in it.
#include "job/dry_run.hpp"
#include "job/flow_story.hpp"
#include "json/json_text.hpp"

#include <boost/json/object.hpp>
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
    EXPECT_TRUE(requests.at(1).at("body").is_null());
}

TEST(DryRun, ShowsTheLookAtTheImageWithoutTheAccount) {
    Facts facts;
    facts.connection = R"("check_image": true, "max_running": 1)";
    const auto requests = requests_of(played(facts));
    EXPECT_EQ(purposes_of(requests), (Purposes{"check_media", "submit", "poll"}));
    EXPECT_EQ(text_at(requests.front(), "url"), "https://example.com/landscape.jpg");
    EXPECT_FALSE(requests.front().at("headers").as_object().contains("Authorization"));
}

TEST(DryRun, ShowsAllRequestsOfAQueue) {
    Facts facts;
    facts.connection = queue_binding();
    EXPECT_EQ(purposes_of(requests_of(played(facts))), (Purposes{"submit", "poll", "result"}));
}

// The key, as it is and as the inputs repeat it, and a short one, which is not looked for in texts.
TEST(DryRun, MasksSecrets) {
    Facts facts;
    facts.input["prompt"] = "my key is test-key-1";
    EXPECT_EQ(played(facts).output_json.find("test-key-1"), std::string::npos);
    auto parameters = parameters_of(facts, facts.run_key);
    auto connection = *parameters.connection;
    connection.api_key = Secret("k7");
    connection.authorization = Secret("Bearer k7");
    parameters.connection = std::make_shared<const Connection>(std::move(connection));
    const auto output = dry_run(std::move(parameters), image_to_video_node(), "tests/1.0").output_json;
    EXPECT_EQ(output.find("k7"), std::string::npos);
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
    facts.early_end = EarlyEnd::cancel;
    EXPECT_EQ(played(facts).kind, Outcome::Kind::cancelled);
}

// The hour's budget of the account is not touched, and so a dry run shows the submit although it is spent.
TEST(DryRun, CountsForNoLimit) {
    Facts facts;
    facts.connection = R"("max_submits_per_hour": 1)";
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(purposes_of(requests_of(played(facts))).front(), "submit");
}

} // namespace
} // namespace job_engine::testing
