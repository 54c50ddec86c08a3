// The wires of other services, written as API bindings alone, against servers of their published shapes.
#include "published_apis.hpp"
#include "scripted_api.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <string>

namespace node_tests {
namespace {

namespace json = boost::json;
using test_support::checkpoint_of;
using test_support::describe;
using test_support::NodeHost;
using test_support::ScriptedServer;
using test_support::video_of;

json::object read_binding(const char* file) {
    std::ifstream stream(std::string(BINDINGS_DIRECTORY) + "/" + file);
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    return json::parse(text).as_object();
}

class Binding : public testing::TestWithParam<PublishedApi> {
protected:
    static test_support::RunSpec spec_for(const ScriptedServer& server) {
        test_support::RunSpec spec;
        spec.input = valid_input();
        spec.connection = connection_to(server.base_url());
        spec.connection["api_binding"] = read_binding(GetParam().binding_file);
        return spec;
    }
};

TEST_P(Binding, LeadsToTheVideo) {
    ScriptedServer server(GetParam().handler(JobEnd::success, ""));
    NodeHost host;
    const auto live = host.start(spec_for(server));
    const auto result = live->result();
    EXPECT_EQ(video_of(result), published_video) << describe(result);
    EXPECT_EQ(result.warnings_json, "[]");
    const auto submits = server.requests("POST", GetParam().submit_target);
    ASSERT_EQ(submits.size(), 1U);
    for (const auto& request : server.requests())
        EXPECT_EQ(request.header("authorization"), std::string(GetParam().authorization) + api_key);
    const auto shown = [&](wfn::Phase phase) {
        return live->wait_for_progress([&](const wfn::Progress& p) { return p.phase == phase; },
                                       std::chrono::milliseconds(0));
    };
    EXPECT_TRUE(shown(wfn::Phase::queued));
    EXPECT_TRUE(shown(wfn::Phase::running));
}

TEST_P(Binding, TellsWhyAJobFailed) {
    ScriptedServer server(GetParam().handler(JobEnd::failure, ""));
    NodeHost host;
    const auto result = host.run(spec_for(server));
    EXPECT_EQ(result.outcome, wfn::Outcome::failed) << describe(result);
    EXPECT_EQ(error_member(result, "type"), GetParam().failure_type);
    EXPECT_NE(error_member(result, "message").find(GetParam().failure_text), std::string::npos)
        << describe(result);
    EXPECT_EQ(error_member(result, "charged"), "unknown");
    EXPECT_NE(error_member(result, "job_id"), "null");
}

TEST_P(Binding, CancelsTheJob) {
    ScriptedServer server(GetParam().handler(JobEnd::none, ""));
    NodeHost host;
    const auto live = host.start(spec_for(server));
    ASSERT_TRUE(live->wait_for_progress([](const wfn::Progress& progress) {
        return progress.phase == wfn::Phase::running && !progress.job_id.empty();
    }));
    live->run().cancel();
    const auto result = live->result();
    EXPECT_EQ(result.outcome, wfn::Outcome::cancelled) << describe(result);
    EXPECT_EQ(checkpoint_of(result).find("job_id"), std::string::npos) << describe(result);
    EXPECT_EQ(server.requests(GetParam().cancel_method, GetParam().cancel_target).size(), 1U);
}

TEST_P(Binding, FollowsNoUrlOfAnotherOrigin) {
    ScriptedServer elsewhere([](const Request&) { return refused(500, "", "You should not be here."); });
    ScriptedServer server(GetParam().handler(JobEnd::success, elsewhere.base_url()));
    NodeHost host;
    const auto result = host.run(spec_for(server));
    EXPECT_EQ(video_of(result), published_video) << describe(result);
    EXPECT_EQ(elsewhere.connections_accepted(), 0U);
}

TEST_P(Binding, CancelsNoUrlOfAnotherOrigin) {
    ScriptedServer elsewhere([](const Request&) { return refused(500, "", "You should not be here."); });
    ScriptedServer server(GetParam().handler(JobEnd::none, elsewhere.base_url()));
    NodeHost host;
    const auto live = host.start(spec_for(server));
    ASSERT_TRUE(
        live->wait_for_progress([](const wfn::Progress& progress) { return !progress.job_id.empty(); }));
    live->run().cancel();
    const auto result = live->result();
    EXPECT_EQ(result.outcome, wfn::Outcome::cancelled) << describe(result);
    EXPECT_EQ(server.requests(GetParam().cancel_method, GetParam().cancel_target).size(), 1U);
    EXPECT_EQ(elsewhere.connections_accepted(), 0U);
}

TEST_P(Binding, ResumesFromItsCheckpoint) {
    ScriptedServer server(GetParam().handler(JobEnd::success, ""));
    auto spec = spec_for(server);
    spec.suspend = wfn::Suspend::when_submitted;
    NodeHost host;
    const auto suspended = host.run(spec);
    ASSERT_EQ(suspended.outcome, wfn::Outcome::suspended) << describe(suspended);
    spec.suspend = wfn::Suspend::never;
    spec.checkpoint = checkpoint_of(suspended);
    const auto result = host.run(spec);
    EXPECT_EQ(video_of(result), published_video) << describe(result);
    EXPECT_EQ(server.requests("POST", GetParam().submit_target).size(), 1U);
}

TEST_P(Binding, ThatMissesTheJobIsCorrectedAndTheJobGoesOn) {
    ScriptedServer server(GetParam().handler(JobEnd::success, ""));
    auto spec = spec_for(server);
    const auto right = spec.connection.at("api_binding");
    spec.connection["api_binding"].at("reply").as_object()["id"] = json::array{"/nowhere"};
    NodeHost host;
    const auto missed = host.run(spec);
    EXPECT_EQ(error_member(missed, "type"), "Submission Unknown") << describe(missed);
    EXPECT_EQ(error_member(missed, "charged"), "unknown");
    spec.checkpoint = checkpoint_of(missed);
    const auto still = host.run(spec);
    EXPECT_EQ(checkpoint_of(still), spec.checkpoint) << describe(still);
    spec.connection["api_binding"] = right;
    const auto result = host.run(spec);
    EXPECT_EQ(video_of(result), published_video) << describe(result);
    EXPECT_EQ(server.requests("POST", GetParam().submit_target).size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Api, Binding, testing::ValuesIn(published_apis()),
                         [](const auto& test) { return std::string(test.param.name); });

// A model's output is one URL or a list of them, as the model likes.
TEST(ReplicateBinding, ReadsAnOutputThatIsNoList) {
    ScriptedServer server([](const Request& request) {
        return request.method == "POST"
                   ? test_support::json_reply(201, R"({"id": "p-1", "status": "starting", "output": null})")
                   : test_support::json_reply(
                       200, std::string(R"({"id": "p-1", "status": "succeeded", "output": ")")
                                + published_video + "\"}");
    });
    test_support::RunSpec spec;
    spec.input = valid_input();
    spec.connection = connection_to(server.base_url());
    spec.connection["api_binding"] = read_binding("replicate.json");
    NodeHost host;
    const auto result = host.run(spec);
    EXPECT_EQ(video_of(result), published_video) << describe(result);
}

TEST(ReplicateBinding, MapsTheSizeAndNestsTheInputs) {
    ScriptedServer server(published_apis().at(0).handler(JobEnd::success, ""));
    test_support::RunSpec spec;
    spec.input = valid_input();
    spec.input["size"] = "Portrait FullHD (9:16)";
    spec.connection = connection_to(server.base_url());
    spec.connection["api_binding"] = read_binding("replicate.json");
    NodeHost host;
    EXPECT_EQ(video_of(host.run(spec)), published_video);
    const json::value expected{{"version", "minimax/video-01"},
                               {"input",
                                {{"prompt", "The camera pans slowly to the right"},
                                 {"first_frame_image", "https://images.example/photo.jpg"},
                                 {"negative_prompt", nullptr},
                                 {"aspect_ratio", "9:16"},
                                 {"prompt_optimizer", true}}}};
    EXPECT_EQ(json::parse(server.requests("POST", "/v1/predictions").at(0).body), expected);
}

} // namespace
} // namespace node_tests
