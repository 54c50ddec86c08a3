// The node over AgenticFlow's workflow API, by its shipped description, against the sandbox that speaks it.
#include "sandbox_runs.hpp"
#include "scripted_api.hpp"
#include "test_directory.hpp"
#include "test_images.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace node_tests {
namespace {

namespace json = boost::json;
using test_support::describe;
using test_support::NodeHost;
using test_support::RunSpec;
using test_support::SandboxProcess;
using test_support::video_of;

const std::string workflow = "6f1e8c1e-6a0f-4a34-9d4b-51b2f0f6a2c1";
const std::string workspace = "2c0b7a54-61a3-4d0c-9f43-0d8f6f3d7a10";

// Of the sandbox's workflows that were prepared in another way, see its --help.
std::string special_workflow(int number) {
    return "00000000-0000-4000-8000-00000000000" + std::to_string(number);
}

json::object read_json(const char* file) {
    std::ifstream stream(file);
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    return json::parse(text).as_object();
}

std::size_t count_of(const std::string& part, const std::string& text) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

class AgenticFlow : public testing::Test {
protected:
    static RunSpec spec_with(const SandboxProcess& sandbox, const std::string& workflow_id) {
        auto spec = spec_at(sandbox, {{"model", "Pixel S"},
                                      {"prompt", "The camera zooms in slowly"},
                                      {"image", sandbox.base_url() + "/image"},
                                      {"negative_prompt", nullptr}});
        spec.connection["api"] = "agenticflow";
        spec.connection["workflow_id"] = workflow_id;
        return spec;
    }
    std::vector<std::string> options(std::vector<std::string> further = {}) const {
        further.insert(further.end(), {"--image", image_});
        return further;
    }
    wfn::Result run(const SandboxProcess& sandbox, const std::string& workflow_id) {
        return host_.run(spec_with(sandbox, workflow_id));
    }

    NodeHost host_;

private:
    test_support::TestDirectory directory_;
    std::string image_ = directory_.write("photo.jpg", test_support::make_image("jpg", 320, 180));
};

TEST_F(AgenticFlow, LeadsToTheVideo) {
    const SandboxProcess sandbox(options());
    const auto result = run(sandbox, workflow);
    EXPECT_TRUE(video_of(result).starts_with(sandbox.base_url() + "/videos/")) << describe(result);
    EXPECT_EQ(result.warnings_json, "[]");
}

TEST_F(AgenticFlow, LeadsToTheVideoOfAWorkflowWithoutAnOutputMapping) {
    const SandboxProcess sandbox(options());
    const auto result = run(sandbox, special_workflow(1));
    EXPECT_TRUE(video_of(result).starts_with(sandbox.base_url() + "/videos/")) << describe(result);
}

TEST_F(AgenticFlow, SaysWhyTheNodeFailedAndNotThatItDid) {
    const SandboxProcess sandbox(options());
    auto spec = spec_with(sandbox, workflow);
    spec.input["image"] = sandbox.base_url() + "/there-is-no-photo.jpg";
    const auto result = host_.run(spec);
    EXPECT_EQ(error_member(result, "type"), "Invalid Image URL") << describe(result);
    EXPECT_EQ(error_member(result, "message").find("Node image_to_video failed"), std::string::npos);
    EXPECT_NE(error_member(result, "message").find("404"), std::string::npos) << describe(result);
    EXPECT_EQ(error_member(result, "charged"), "unknown");
    EXPECT_NE(error_member(result, "job_id"), "null");
}

TEST_F(AgenticFlow, CallsARunThatCannotBeChargedInsufficientCredits) {
    const SandboxProcess sandbox(options());
    const auto result = run(sandbox, special_workflow(2));
    EXPECT_EQ(error_member(result, "type"), "Insufficient Credits") << describe(result);
    EXPECT_NE(error_member(result, "message").find("not enough credits"), std::string::npos);
}

TEST_F(AgenticFlow, EndsUnpaidWithAWrongKey) {
    const SandboxProcess sandbox(options(), {"PIXELML_SANDBOX_API_KEY=another-key"});
    const auto result = run(sandbox, workflow);
    EXPECT_EQ(error_member(result, "type"), "API Connection Error") << describe(result);
    EXPECT_NE(error_member(result, "message").find("Error decoding token"), std::string::npos);
    EXPECT_EQ(error_member(result, "charged"), "no");
    EXPECT_EQ(error_member(result, "http_status"), "401");
}

TEST_F(AgenticFlow, EndsUnpaidWithAWorkflowThatWasNotPrepared) {
    const SandboxProcess sandbox(options());
    struct Fault {
        std::string workflow_id;
        const char* http_status;
        const char* message;
    };
    for (const auto& [workflow_id, http_status, message] :
         {Fault{special_workflow(3), "400", "not found"},
          Fault{special_workflow(4), "400", "Project ID must be provided"},
          Fault{"my-workflow", "422", "workflow_id: Input should be a valid UUID"}}) {
        const auto result = run(sandbox, workflow_id);
        EXPECT_EQ(error_member(result, "type"), "Invalid Input") << describe(result);
        EXPECT_NE(error_member(result, "message").find(message), std::string::npos) << describe(result);
        EXPECT_EQ(error_member(result, "charged"), "no");
        EXPECT_EQ(error_member(result, "http_status"), http_status);
    }
}

TEST_F(AgenticFlow, SubmitsOnceMoreAfterAPauseAndPaysOnce) {
    const SandboxProcess sandbox(options(
        {"--fault", R"({"on":"submit","fault":"too_many_requests","times":1,"retry_after_seconds":1})"}));
    auto spec = spec_with(sandbox, workflow);
    spec.suspend = wfn::Suspend::when_submitted;
    const auto result = host_.run(spec);
    EXPECT_EQ(result.outcome, wfn::Outcome::suspended) << describe(result);
    EXPECT_EQ(count_of("fault applied: too_many_requests", sandbox.log()), 1U);
    EXPECT_EQ(count_of(" queued: ", sandbox.log()), 1U);
}

TEST_F(AgenticFlow, EndsUnpaidWhereThePauseIsTooLong) {
    const SandboxProcess sandbox(
        options({"--fault", R"({"on":"submit","fault":"too_many_requests","retry_after_seconds":3600})"}));
    const auto result = run(sandbox, workflow);
    EXPECT_EQ(error_member(result, "type"), "Rate Limited") << describe(result);
    EXPECT_EQ(error_member(result, "charged"), "no");
}

// The API has no idempotency keys.
TEST_F(AgenticFlow, SubmitsNotAgainWhenTheAnswerIsLost) {
    const SandboxProcess sandbox(options({"--fault", R"({"on":"submit","fault":"drop_after"})"}));
    const auto result = run(sandbox, workflow);
    EXPECT_EQ(error_member(result, "type"), "Submission Unknown") << describe(result);
    EXPECT_EQ(error_member(result, "charged"), "unknown");
    EXPECT_EQ(count_of(" queued: ", sandbox.log()), 1U);
}

TEST_F(AgenticFlow, FindsTheRunWhoseAnswerWasLostInTheWorkspacesList) {
    for (const auto* fault : {"drop_after", "bad_gateway", "broken_body"}) {
        const SandboxProcess sandbox(
            options({"--fault", R"({"on":"submit","times":1,"fault":")" + std::string(fault) + "\"}"}));
        auto spec = spec_with(sandbox, workflow);
        spec.connection["workspace_id"] = workspace;
        const auto result = host_.run(spec);
        EXPECT_TRUE(video_of(result).starts_with(sandbox.base_url() + "/videos/")) << describe(result);
        EXPECT_EQ(count_of(" queued: ", sandbox.log()), 1U) << fault;
    }
}

// The file that a user makes the workflow of.
TEST(AgenticFlowWorkflow, TakesWhatTheDescriptionSends) {
    const auto workflow_file = read_json(AGENTICFLOW_WORKFLOW);
    const auto description = read_json(AGENTICFLOW_DESCRIPTION);
    const auto& inputs = workflow_file.at("input_schema").at("properties").as_object();
    const auto& sent = description.at("submit").at("body").at("input").as_object();
    EXPECT_EQ(inputs.size(), sent.size());
    for (const auto& input : sent)
        EXPECT_TRUE(inputs.contains(input.key())) << input.key();
    const auto& node = workflow_file.at("nodes").at(0);
    EXPECT_EQ(node.at("node_type_name").as_string(), "image_to_video");
    const NodeHost host;
    const auto schema = json::parse(std::string(host.node().input_schema_json())).as_object();
    for (const auto& input : schema.at("properties").as_object()) {
        const std::string name(input.key());
        EXPECT_EQ(node.at("input_config").at(name).as_string(), "{{" + name + "}}");
    }
    EXPECT_EQ(workflow_file.at("output_mapping").at("video").as_string(), "{{image_to_video.video}}");
}

} // namespace
} // namespace node_tests
