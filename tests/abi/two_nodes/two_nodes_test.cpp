// A second node is schemas, rules and an API's description: the module, and a host, show and run both.
#include <workflow_node/host.hpp>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <child_process.hpp>
#include <scripted_server.hpp>
#include <string>

namespace {

using test_support::json_reply;
using test_support::Reply;
using test_support::Request;
using test_support::ScriptedServer;

Reply finished_job(const Request&) {
    return json_reply(
        201, R"({"id": "1", "status": "succeeded", "output": {"video": "https://example.com/v.mp4"}})");
}

class TwoNodes : public ::testing::Test {
protected:
    wfn::Result run(const char* action_id, std::string input_json) {
        wfn::Request request;
        request.input_json = std::move(input_json);
        request.connection_json =
            R"({"api_key": "k", "check_image": false, "allow_insecure_loopback": true, "base_url": ")"
            + server_.base_url() + "\"}";
        request.run_key = "one key for both";
        return session_.run(module_.find(action_id).value(), std::move(request));
    }

    boost::json::object body_sent_to(const char* target) {
        const auto requests = server_.requests("POST", target);
        return requests.size() == 1 ? boost::json::parse(requests.front().body).as_object()
                                    : boost::json::object();
    }

    ScriptedServer server_{finished_job};
    wfn::Module module_ = wfn::Module::load(TWO_NODES_MODULE);
    wfn::Session session_ = wfn::Session::open(module_, {"test", "1", {}, {}});
};

constexpr const char* photo =
    R"({"prompt": "p", "image": "https://example.com/a.jpg", "negative_prompt": null})";

TEST_F(TwoNodes, EachSubmitsToItsOwnApiAndHasItsOwnOutput) {
    const auto of_image = run("image_to_video", photo);
    EXPECT_EQ(of_image.output_json, R"({"video":"https://example.com/v.mp4"})");
    EXPECT_EQ(body_sent_to("/v1/image-to-video").at("image"), "https://example.com/a.jpg");

    const auto of_text = run("text_to_video", R"({"prompt": "Waves"})");
    EXPECT_EQ(of_text.output_json, R"({"video_url":"https://example.com/v.mp4"})");
    EXPECT_EQ(body_sent_to("/v1/text-to-video"),
              boost::json::parse(R"({"model": "Pixel S", "prompt": "Waves", "negative_prompt": null,
                                     "steps": 30, "guidance_scale": 7})"));
}

TEST_F(TwoNodes, EachHasItsOwnRules) {
    const auto ignored =
        run("text_to_video", R"({"prompt": "Waves", "model": "Pixel L", "fps": 24, "duration": 4})");
    ASSERT_TRUE(ignored.succeeded());
    EXPECT_NE(ignored.warnings_json.find("fps_ignored"), std::string::npos) << ignored.warnings_json;
    const auto body = body_sent_to("/v1/text-to-video");
    EXPECT_FALSE(body.contains("fps"));
    EXPECT_EQ(body.at("duration"), 4);

    for (const auto* input : {R"({"prompt": " "})", R"({"prompt": "Waves", "steps": 51})", "{}"}) {
        const auto refused = run("text_to_video", input);
        ASSERT_TRUE(refused.error) << input;
        EXPECT_EQ(refused.error->code, "invalid_input") << input;
    }
    EXPECT_EQ(server_.requests("POST", "/").size(), 1U);
}

TEST_F(TwoNodes, AConnectionOfOneIsNotTheOthers) {
    // The same text, and the binding of each is another.
    for (int i = 0; i < 2; ++i) {
        EXPECT_TRUE(run("text_to_video", R"({"prompt": "Waves"})").succeeded());
        EXPECT_TRUE(run("image_to_video", photo).succeeded());
    }
    EXPECT_EQ(server_.requests("POST", "/v1/text-to-video").size(), 2U);
    EXPECT_EQ(server_.requests("POST", "/v1/image-to-video").size(), 2U);
}

TEST_F(TwoNodes, TheCommandLineShowsBoth) {
    const auto list = test_support::run_command({WORKFLOW_NODE_PROGRAM, "list", TWO_NODES_MODULE},
                                                std::chrono::seconds(20));
    EXPECT_EQ(list.exit_code, 0);
    for (const auto* action_id : {"image_to_video", "text_to_video"})
        EXPECT_NE(list.output.find(action_id), std::string::npos) << list.output;
    const auto page = test_support::run_command(
        {WORKFLOW_NODE_PROGRAM, "describe", TWO_NODES_MODULE, "text_to_video"}, std::chrono::seconds(20));
    EXPECT_EQ(page.exit_code, 0);
    EXPECT_NE(page.output.find("guidance_scale"), std::string::npos) << page.output;
}

} // namespace
