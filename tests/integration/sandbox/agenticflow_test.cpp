// AgenticFlow's workflow API, as the sandbox speaks it.
#include "image_server.hpp"
#include "sandbox_api.hpp"
#include "test_images.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace sandbox_test {
namespace {

namespace json = boost::json;

const std::string workflow = "6f1e8c1e-6a0f-4a34-9d4b-51b2f0f6a2c1";

std::string special_workflow(int number) {
    return "00000000-0000-4000-8000-00000000000" + std::to_string(number);
}

// One sandbox for all tests here.
class AgenticFlow : public testing::Test {
protected:
    static void SetUpTestSuite() {
        images = new ImageServer({{"/photo.jpg", ok_answer(test_support::make_image("jpg", 320, 180))},
                                  {"/gif", ok_answer("GIF89a and so on", "image/jpeg")}});
        server = new SandboxApi({"--workers", "2"});
    }
    static void TearDownTestSuite() {
        delete server;
        delete images;
    }

    static json::object input(const std::string& image) {
        auto object = json::parse(pixel_s_body(images->url(image))).as_object();
        object["run_marker"] = "wfn-of-this-test";
        return object;
    }
    static Answer post(const std::string& path, const std::string& body, const std::string& key = "k") {
        return call({"POST",
                     server->base_url() + path,
                     {"Authorization: Bearer " + key, "Content-Type: application/json"},
                     body,
                     {}});
    }
    static Answer submit(const std::string& workflow_id, const json::object& input) {
        return post("/v1/workflow_runs/",
                    json::serialize(json::object{
                        {"workflow_id", workflow_id}, {"input", input}, {"response_type", "queue"}}));
    }
    static json::value poll(const std::string& id) { return server->get("/v1/workflow_runs/" + id).json(); }
    static json::value finish(const std::string& id) {
        json::value run;
        EXPECT_TRUE(eventually([&] {
            run = poll(id);
            return !run.at("completed_at").is_null();
        }));
        return run;
    }
    static std::string list_of(const std::string& workflow_id) {
        return "/v1/workspaces/any/workflows/" + workflow_id + "/runs";
    }

    static inline ImageServer* images = nullptr;
    static inline SandboxApi* server = nullptr;
};

TEST_F(AgenticFlow, RunsTheNodeToItsVideo) {
    const Answer answer = submit(workflow, input("/photo.jpg"));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.json().at("status").as_string(), "created");
    EXPECT_EQ(answer.json().at("workflow_id").as_string(), workflow);
    const auto run = finish(id_of(answer));
    EXPECT_EQ(run.at("status").as_string(), "success");
    EXPECT_EQ(run.at("input"), json::value(input("/photo.jpg")));
    const auto& node = run.at("state").at("nodes_state").at(0);
    EXPECT_EQ(node.at("node_name").as_string(), "image_to_video");
    EXPECT_EQ(node.at("output"), run.at("output"));
    const auto video = std::string(run.at("output").at("video").as_string());
    EXPECT_EQ(call({"HEAD", video, {}, {}, {}}).status, 200);
}

TEST_F(AgenticFlow, GivesAnEmptyOutputWithoutAMapping) {
    const auto run = finish(id_of(submit(special_workflow(1), input("/photo.jpg"))));
    EXPECT_EQ(run.at("output"), json::value(json::object()));
    EXPECT_TRUE(run.at("state").at("nodes_state").at(0).at("output").at("video").is_string());
}

TEST_F(AgenticFlow, SaysTheReasonOfAFailedNodeAtTheNode) {
    const auto run = finish(id_of(submit(workflow, input("/gif"))));
    EXPECT_EQ(run.at("status").as_string(), "failed");
    EXPECT_EQ(run.at("state").at("error").at("code").as_string(), "node_failed");
    EXPECT_EQ(run.at("state").at("error").at("failed_node").as_string(), "image_to_video");
    EXPECT_EQ(run.at("state").at("nodes_state").at(0).at("error").at("code").as_string(),
              "unsupported_image_format");
    EXPECT_TRUE(run.at("output").is_null());
}

TEST_F(AgenticFlow, FailsInTheRunWhatOnlyTheNodeCanJudge) {
    auto vague = input("/photo.jpg");
    vague["prompt"] = "zoom in";
    const Answer answer = submit(workflow, vague);
    EXPECT_EQ(answer.status, 200);
    const auto run = finish(id_of(answer));
    EXPECT_EQ(run.at("state").at("nodes_state").at(0).at("error").at("code").as_string(), "prompt_too_vague");
}

TEST_F(AgenticFlow, FailsARunThatCannotBeCharged) {
    const auto run = finish(id_of(submit(special_workflow(2), input("/photo.jpg"))));
    EXPECT_EQ(run.at("status").as_string(), "failed");
    EXPECT_EQ(run.at("state").at("error").at("code").as_string(), "charge_failed");
    EXPECT_TRUE(run.at("state").at("nodes_state").at(0).at("error").is_null());
    EXPECT_EQ(run.at("state").at("nodes_state").at(0).at("status").as_string(), "not_started");
}

TEST_F(AgenticFlow, RefusesWorkflowsThatWereNotPrepared) {
    const auto created = server->statistic("jobs_created");
    const Answer connection = submit(special_workflow(3), input("/photo.jpg"));
    EXPECT_EQ(connection.status, 400);
    EXPECT_NE(connection.json().at("detail").as_string().find("not found"), std::string::npos);
    const Answer project = submit(special_workflow(4), input("/photo.jpg"));
    EXPECT_EQ(project.status, 400);
    EXPECT_TRUE(project.json().at("message").as_string().starts_with("Project ID must be provided"));
    EXPECT_EQ(server->statistic("jobs_created"), created);
}

TEST_F(AgenticFlow, NamesTheInputsThatAreInvalid) {
    auto without_image = input("/photo.jpg");
    without_image.erase("image");
    const Answer answer = submit(workflow, without_image);
    EXPECT_EQ(answer.status, 422);
    const auto detail = answer.json().at("detail");
    ASSERT_EQ(detail.as_array().size(), 1U);
    EXPECT_EQ(detail.at(0).at("loc"), (json::value{"body", "input", "image"}));
    EXPECT_EQ(detail.at(0).at("msg").as_string(), "is required");
    EXPECT_EQ(submit("no-uuid", input("/photo.jpg")).status, 422);
    EXPECT_EQ(post("/v1/workflow_runs/", "{").status, 422);
    EXPECT_EQ(post("/v1/workflow_runs/", R"({"workflow_id": ")" + workflow + R"(", "input": []})").status,
              422);
}

TEST_F(AgenticFlow, SaysInItsWordsThatTheKeyIsWrong) {
    for (const char* const method : {"POST", "GET"}) {
        const std::string path = method == std::string("POST") ? "/v1/workflow_runs/" : list_of(workflow);
        const Answer answer = call({method, server->base_url() + path, {}, {}, {}});
        EXPECT_EQ(answer.status, 401);
        EXPECT_EQ(answer.json(), (json::value{{"detail", "Error decoding token"}}));
    }
}

TEST_F(AgenticFlow, RedirectsASubmitWithoutTheSlash) {
    const Answer answer = post("/v1/workflow_runs", "{}");
    EXPECT_EQ(answer.status, 307);
    EXPECT_EQ(answer.headers.at("location"), server->base_url() + "/v1/workflow_runs/");
}

TEST_F(AgenticFlow, KnowsNoOtherRuns) {
    EXPECT_EQ(server->get("/v1/workflow_runs/" + workflow).status, 404);
    EXPECT_EQ(server->get("/v1/workflow_runs/no-uuid").status, 422);
    const Answer own = server->submit(pixel_s_body(images->url("/photo.jpg")));
    const std::string digits = id_of(own).substr(4);
    const std::string as_run = digits.substr(0, 8) + "-" + digits.substr(8, 4) + "-4" + digits.substr(12, 3)
                               + "-8" + digits.substr(15, 3) + "-" + digits.substr(18) + "000000";
    EXPECT_EQ(server->get("/v1/workflow_runs/" + as_run).status, 404) << "not submitted as a run";
}

TEST_F(AgenticFlow, ListsAWorkflowsRunsNewestFirst) {
    const std::string other = "6f1e8c1e-6a0f-4a34-9d4b-51b2f0f6a2c2";
    submit(workflow, input("/gif"));
    const std::string older = id_of(submit(other, input("/gif")));
    const std::string newer = id_of(submit(other, input("/gif")));
    const auto list = server->get(list_of(other) + "?limit=1").json();
    EXPECT_EQ(list.at("total").to_number<int>(), 2);
    ASSERT_EQ(list.at("items").as_array().size(), 1U);
    EXPECT_EQ(list.at("items").at(0).at("id").as_string(), newer);
    EXPECT_EQ(list.at("items").at(0).at("input").at("run_marker").as_string(), "wfn-of-this-test");
    const auto second = server->get(list_of(other) + "?limit=1&offset=1").json();
    EXPECT_EQ(second.at("items").at(0).at("id").as_string(), older);
    EXPECT_EQ(server->get(list_of(other) + "?limit=0").status, 422);
}

TEST_F(AgenticFlow, HasTheFaultSwitchesInItsWords) {
    server->put_faults(R"({"on":"submit","fault":"too_many_requests","times":1,"retry_after_seconds":3})");
    const Answer busy = submit(workflow, input("/gif"));
    EXPECT_EQ(busy.status, 429);
    EXPECT_EQ(busy.headers.at("retry-after"), "3");
    EXPECT_TRUE(busy.json().at("detail").is_string());
    const Answer made = submit(workflow, input("/gif"));
    server->put_faults(R"({"on":"poll","fault":"bad_gateway","times":1})");
    const Answer broken = server->get("/v1/workflow_runs/" + id_of(made));
    EXPECT_EQ(broken.status, 502);
    EXPECT_TRUE(broken.json().at("detail").is_string());
}

} // namespace
} // namespace sandbox_test
