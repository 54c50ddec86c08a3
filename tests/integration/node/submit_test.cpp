// What a run does when its submit meets trouble.
#include "scripted_api.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace node_tests {
namespace {

using namespace std::chrono_literals;
using test_support::describe;
using test_support::NodeHost;
using test_support::ScriptedServer;
using test_support::video_of;
using Then = test_support::Reply::Then;

Reply busy(int status, const std::string& retry_after) {
    auto reply = refused(status, "", "Not now.");
    reply.headers.emplace_back("Retry-After", retry_after);
    return reply;
}

class SubmitIsRepeated : public testing::TestWithParam<int> {};

TEST_P(SubmitIsRepeated, NotBeforeRetryAfterHasPassed) {
    ScriptedApi api({.submit = [](const Request&, int nth) {
        return nth == 0 ? busy(GetParam(), "2") : accepted("job-1");
    }});
    NodeHost host;
    const auto result = host.run(api.spec());
    EXPECT_EQ(video_of(result), video_url) << describe(result);
    const auto submits = api.submits();
    ASSERT_EQ(submits.size(), 2U);
    EXPECT_GE(submits[1].at - submits[0].at, 1990ms);
    EXPECT_EQ(submits[0].header("idempotency-key"), submits[1].header("idempotency-key"));
    EXPECT_EQ(submits[0].body, submits[1].body);
}

INSTANTIATE_TEST_SUITE_P(Status, SubmitIsRepeated, testing::Values(429, 503),
                         [](const auto& test) { return std::to_string(test.param); });

TEST(Submit, IsRepeatedAfterARefusedConnection) {
    NodeHost host;
    std::uint16_t port = 0;
    {
        ScriptedServer gone(
            [](const Request&) { return test_support::no_reply(test_support::Reply::Then::fall_silent); });
        port = gone.port();
    }
    test_support::RunSpec spec;
    spec.input = valid_input();
    spec.connection = connection_to("http://127.0.0.1:" + std::to_string(port));
    const auto live = host.start(spec);
    EXPECT_TRUE(live->wait_for_progress([](const wfn::Progress& progress) {
        return progress.phase == wfn::Phase::retrying
               && progress.message.find("127.0.0.1:") != std::string::npos;
    }));
    live->run().cancel();
    const auto result = live->result();
    EXPECT_EQ(result.outcome, wfn::Outcome::cancelled);
    EXPECT_EQ(error_member(result, "charged"), "no");
}

TEST(Submit, AResetBeforeTheReplyIsNotRepeatedWithoutAnHonouredKey) {
    ScriptedApi api({.submit = [](const Request&, int) { return test_support::no_reply(Then::reset); }});
    NodeHost host;
    const auto result = host.run(api.spec());
    EXPECT_EQ(error_member(result, "type"), "Submission Unknown");
    EXPECT_EQ(api.submits().size(), 1U);
}

TEST(Submit, AResetBeforeTheReplyIsRepeatedWithTheSameKeyWhereKeysAreHonoured) {
    ScriptedApi api({.submit = [](const Request&, int nth) {
        return nth == 0 ? test_support::no_reply(Then::reset) : accepted("job-1");
    }});
    auto spec = api.spec();
    spec.connection["idempotent_submit"] = true;
    NodeHost host;
    const auto result = host.run(spec);
    EXPECT_EQ(video_of(result), video_url) << describe(result);
    const auto submits = api.submits();
    ASSERT_EQ(submits.size(), 2U);
    EXPECT_FALSE(submits[0].header("idempotency-key").empty());
    EXPECT_EQ(submits[0].header("idempotency-key"), submits[1].header("idempotency-key"));
}

TEST(Submit, ARedirectIsNotFollowed) {
    ScriptedServer elsewhere([](const Request&) { return accepted("stolen"); });
    ScriptedApi api({.submit = [&](const Request&, int) {
        Reply reply;
        reply.status = 307;
        reply.headers.emplace_back("Location", elsewhere.base_url() + "/v1/image-to-video");
        return reply;
    }});
    NodeHost host;
    const auto result = host.run(api.spec());
    EXPECT_EQ(error_member(result, "type"), "Invalid API Response");
    EXPECT_EQ(error_member(result, "http_status"), "307");
    EXPECT_NE(error_member(result, "message").find("base_url"), std::string::npos);
    EXPECT_EQ(api.submits().size(), 1U);
    EXPECT_EQ(elsewhere.connections_accepted(), 0U);
}

TEST(Submit, InterimRepliesAreSkipped) {
    ScriptedApi api({.submit = [](const Request&, int) {
        const std::string body = R"({"id": "job-1", "status": "queued"})";
        Reply reply;
        reply.raw = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
                    "HTTP/1.1 202 Accepted\r\nContent-Length: "
                    + std::to_string(body.size()) + "\r\n\r\n" + body;
        return reply;
    }});
    NodeHost host;
    const auto result = host.run(api.spec());
    EXPECT_EQ(video_of(result), video_url) << describe(result);
}

TEST(Submit, SendsTheInputsTheBindingNames) {
    ScriptedApi api;
    auto spec = api.spec();
    spec.input["prompt_optimizer"] = nullptr;
    spec.input["size"] = "Portrait HD (9:16)";
    NodeHost host;
    const auto result = host.run(spec);
    ASSERT_EQ(video_of(result), video_url) << describe(result);
    const auto submits = api.submits();
    ASSERT_EQ(submits.size(), 1U);
    EXPECT_EQ(submits[0].header("content-type"), "application/json");
    EXPECT_EQ(submits[0].header("authorization"), std::string("Bearer ") + api_key);
    const boost::json::value expected{{"model", "Pixel M"},
                                      {"prompt", "The camera pans slowly to the right"},
                                      {"image", "https://images.example/photo.jpg"},
                                      {"negative_prompt", nullptr},
                                      {"size", "Portrait HD (9:16)"},
                                      {"prompt_optimizer", nullptr}};
    EXPECT_EQ(boost::json::parse(submits[0].body), expected);
}

TEST(Submit, DoesNotSendTheSizeForPixelSAndWarns) {
    ScriptedApi api;
    auto spec = api.spec();
    spec.input["model"] = "Pixel S";
    spec.input["size"] = "Square HD (1:1)";
    NodeHost host;
    const auto result = host.run(spec);
    ASSERT_EQ(video_of(result), video_url) << describe(result);
    EXPECT_NE(result.warnings_json.find("size_ignored"), std::string::npos);
    EXPECT_FALSE(boost::json::parse(api.submits().at(0).body).as_object().contains("size"));
}

TEST(Submit, TheKeyIsTheSameForARunKeyAndAnotherForOtherInputs) {
    ScriptedApi api;
    NodeHost host;
    auto spec = api.spec();
    spec.run_key = "order-17";
    host.run(spec);
    host.run(spec);
    spec.input["prompt"] = "The camera tilts slowly upwards";
    host.run(spec);
    spec.run_key.clear();
    host.run(spec);
    host.run(spec);
    const auto submits = api.submits();
    ASSERT_EQ(submits.size(), 5U);
    const auto key = [&](std::size_t i) { return submits[i].header("idempotency-key"); };
    EXPECT_FALSE(key(0).empty());
    EXPECT_EQ(key(0), key(1));
    EXPECT_NE(key(0), key(2));
    EXPECT_NE(key(2), key(3));
    EXPECT_NE(key(3), key(4)) << "without a run key each run has one of its own";
}

TEST(Submit, IsPrecededByACheckpointThatIsKept) {
    ScriptedApi api;
    NodeHost host;
    auto spec = api.spec();
    spec.on_checkpoint = [](const std::string&) { return wfn::CheckpointAnswer::later; };
    const auto live = host.start(spec);
    while (live->heard().checkpoints.empty())
        ASSERT_FALSE(live->run().wait(1ms)) << describe(live->result());
    EXPECT_TRUE(api.submits().empty());
    EXPECT_EQ(live->run().checkpoint_saved(true), WFN_OK);
    ASSERT_TRUE(api.server().wait_for_requests(1, test_support::long_enough));
    while (live->heard().checkpoints.size() < 2)
        ASSERT_FALSE(live->run().wait(1ms)) << describe(live->result());
    EXPECT_NE(live->heard().checkpoints[1].find("job-1"), std::string::npos);
    EXPECT_TRUE(api.polls().empty());
    EXPECT_EQ(live->run().checkpoint_saved(true), WFN_OK);
    EXPECT_EQ(video_of(live->result()), video_url);
    EXPECT_EQ(live->heard().completions, 1);
}

} // namespace
} // namespace node_tests
