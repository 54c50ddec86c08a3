// A run that only asks whether the service answers and takes the key.
#include "job/flow_story.hpp"
#include "json/json_text.hpp"
#include "nodes/apis.hpp"
#include "plugin_nodes_embedded.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <random>
#include <utility>

namespace job_engine::testing {
namespace {

using Kind = TransportFailure::Kind;

Facts check_facts(const std::string& connection = {}) {
    Facts facts;
    facts.connection = connection;
    facts.purpose = Purpose::check_connection;
    facts.timeout = 30s;
    return facts;
}

FlowStory asked(const Facts& facts = check_facts()) {
    FlowStory run(facts);
    run.start();
    return run;
}

std::vector<std::optional<Checkpoint>> checkpoints_of_all_states() {
    FlowStory earlier;
    earlier.become_job();
    const auto submitted = earlier.saved();
    return {std::nullopt, in_state(submitted, Checkpoint::State::prepared),
            in_state(submitted, Checkpoint::State::intent), submitted};
}

std::vector<std::string> bindings_that_cannot_ask() {
    std::vector<std::string> connections;
    for (const auto* poll : {R"({"method": "POST", "path": "/v1/anything", "url": ["/urls/get"]})",
                             R"({"method": "POST", "path": "/v1/jobs/{id}"})",
                             R"({"method": "GET", "path": "/v1/image-to-video", "url": ["/urls/get"]})"}) {
        auto document = (*parse_json(pixelml::embedded::pixelml_api)).as_object();
        document.at("poll") = *parse_json(poll);
        connections.push_back("\"api_binding\": " + boost::json::serialize(document));
    }
    return connections;
}

TEST(ConnectionCheck, AsksOnceForAJobThatDoesNotExist) {
    const auto run = asked();
    EXPECT_EQ(run.request().method, "GET");
    EXPECT_EQ(run.request().target, "/v1/jobs/connection-check");
    EXPECT_TRUE(run.request().body.empty());
    EXPECT_EQ(header_of(run.request(), "Idempotency-Key"), "");
}

TEST(ConnectionCheck, MakesNoJobAtAnyServiceThatAConnectionMayName) {
    for (const auto& api : pixelml::apis) {
        const bool is_signed = std::string_view(api.document).find("\"jwt\"") != std::string_view::npos;
        auto run = asked(check_facts(std::string(is_signed ? R"("api_secret": "s3cret", )" : "")
                                     + R"("workflow_id": "w-1", "api": ")" + std::string(api.name) + '"'));
        ASSERT_TRUE(run.sending()) << api.name << " is not asked";
        EXPECT_EQ(run.request().method, "GET") << api.name;
        EXPECT_NE(run.request().target.find("connection-check"), std::string::npos) << api.name;
        EXPECT_TRUE(run.request().body.empty()) << api.name;
        run.reply(401, "{}");
        EXPECT_EQ(run.error().code, ErrorCode::api_connection_error) << api.name;
        EXPECT_EQ(run.sends(), 1) << api.name;
    }
}

TEST(ConnectionCheck, AsksByANameWithSlashes) {
    auto document = (*parse_json(pixelml::embedded::pixelml_api)).as_object();
    document.at("poll").as_object()["path"] = "/v1/{+id}";
    const auto run = asked(check_facts("\"api_binding\": " + boost::json::serialize(document)));
    EXPECT_EQ(run.request().target, "/v1/connection-check");
}

TEST(ConnectionCheck, AnAnswerAboutTheJobIsGoodNews) {
    for (const int status : {200, 202, 400, 404, 409, 410, 422}) {
        auto run = asked();
        run.reply(status, R"({"error": {"code": "not_found", "message": "no such job"}})");
        ASSERT_TRUE(run.over()) << status;
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded) << status;
        EXPECT_TRUE(run.outcome().output_json.empty());
        EXPECT_FALSE(run.outcome().checkpoint);
        EXPECT_TRUE(run.warning_codes().empty()) << status;
    }
}

TEST(ConnectionCheck, ARefusedKeyOrNoCreditsStandInTheWay) {
    for (const int status : {401, 403, 402}) {
        auto run = asked();
        run.reply(status, R"({"error": {"message": "who are you?"}})");
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::failed) << status;
        EXPECT_EQ(run.error().code,
                  status == 402 ? ErrorCode::insufficient_credits : ErrorCode::api_connection_error);
        EXPECT_EQ(run.error().http_status, status);
        EXPECT_EQ(run.error().charged, Charged::no);
        EXPECT_FALSE(run.error().retryable);
    }
    auto run = asked();
    run.reply(400, R"({"error": {"code": "invalid_api_key", "message": "bad key"}})"); // by the API's word
    EXPECT_EQ(run.error().code, ErrorCode::api_connection_error);
}

TEST(ConnectionCheck, NoAnswerOrATroubledOneStandsInTheWay) {
    for (const int status : {500, 502, 503, 408, 425}) {
        auto run = asked();
        run.reply(status);
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::failed) << status;
        EXPECT_EQ(run.error().http_status, status);
        EXPECT_TRUE(run.error().retryable) << status;
    }
    auto run = asked();
    run.fails(Kind::unreachable, false, "connection refused");
    EXPECT_EQ(run.error().message, "Cannot reach PixelML: connection refused.");
    EXPECT_TRUE(run.error().retryable);
    auto untrusted = asked();
    untrusted.fails(Kind::tls, false, "the certificate is not trusted");
    EXPECT_FALSE(untrusted.error().retryable);
}

TEST(ConnectionCheck, ARedirectIsTheWrongAddress) {
    auto run = asked();
    run.reply(301, "", {}, "https://elsewhere.example/");
    EXPECT_EQ(run.error().code, ErrorCode::invalid_api_response);
    EXPECT_NE(run.error().message.find("base_url"), std::string::npos);
}

TEST(ConnectionCheck, WarnsWhereTheAnswerLeavesTheKeyOpen) {
    auto paused = asked();
    paused.reply(429);
    EXPECT_EQ(paused.outcome().kind, Outcome::Kind::succeeded);
    EXPECT_EQ(paused.warning_codes(), std::vector<std::string>{"connection_not_confirmed"});
    // A page, nothing, and a framework that has no such address, or no such method there.
    for (const auto& [status, body] : std::vector<std::pair<int, std::string>>{
             {404, "<html>Not here</html>"}, {200, ""}, {404, R"({"detail": "Not Found"})"}, {405, "{}"}}) {
        auto run = asked();
        run.reply(status, body);
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded) << status << body;
        EXPECT_EQ(run.warning_codes(), std::vector<std::string>{"connection_not_confirmed"})
            << status << body;
    }
}

TEST(ConnectionCheck, ARefusalUnderA200StandsInTheWay) {
    auto key = asked();
    key.reply(200, R"({"code": 401, "msg": "invalid api key"})");
    EXPECT_EQ(key.error().code, ErrorCode::api_connection_error);
    auto credits = asked();
    credits.reply(200, R"({"error": {"code": "insufficient_credits"}})");
    EXPECT_EQ(credits.error().code, ErrorCode::insufficient_credits);
}

// Where each job has an address of its own, the binding's path may be anything, even the submit's.
TEST(ConnectionCheck, AsksNothingWhereNoRequestIsCertainToMakeNoJob) {
    for (const auto& binding : bindings_that_cannot_ask()) {
        FlowStory run(check_facts(binding));
        run.start();
        EXPECT_EQ(run.sends(), 0);
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
        EXPECT_EQ(run.warning_codes(), std::vector<std::string>{"connection_not_confirmed"});
    }
}

TEST(ConnectionCheck, EndsEarlyAsItIsAsked) {
    auto cancelled = asked();
    cancelled.cancel();
    cancelled.aborted(true);
    EXPECT_EQ(cancelled.outcome().kind, Outcome::Kind::cancelled);
    EXPECT_EQ(cancelled.error().charged, Charged::no);

    auto suspended = asked();
    suspended.suspend();
    suspended.aborted(true);
    EXPECT_EQ(suspended.outcome().kind, Outcome::Kind::suspended);

    for (const bool was_sent : {true, false}) {
        auto late = asked();
        late.pass(30s);
        late.aborted(was_sent);
        EXPECT_EQ(late.error().code, ErrorCode::processing_timeout);
        EXPECT_EQ(late.error().charged, Charged::no);
        EXPECT_EQ(late.error().message.find("nothing was asked") == std::string::npos, was_sent);
    }

    auto forced = asked();
    forced.forced_end();
    EXPECT_EQ(forced.outcome().kind, Outcome::Kind::suspended);
    EXPECT_FALSE(forced.outcome().checkpoint);

    auto facts = check_facts();
    facts.early_end = EarlyEnd::cancel;
    FlowStory unbegun(facts);
    unbegun.start();
    EXPECT_EQ(unbegun.sends(), 0);
    EXPECT_EQ(unbegun.outcome().kind, Outcome::Kind::cancelled);
}

// What else may be set for a run, and whatever happens to it.
TEST(ConnectionCheck, NoStateHoweverReachedSubmits) {
    std::mt19937 dice(1); // NOLINT(cert-msc32-c,cert-msc51-cpp): the same in every run
    const auto checkpoints = checkpoints_of_all_states();
    for (int i = 0; i < 2'000; ++i) {
        const auto cannot_ask = bindings_that_cannot_ask();
        auto facts =
            check_facts(i % 5 == 0   ? cannot_ask[dice() % cannot_ask.size()]
                        : i % 2 == 0 ? idempotent_submit
                                     : idempotent_submit + R"(, "max_running": 1, "check_image": true)");
        facts.checkpoint = checkpoints[dice() % checkpoints.size()];
        facts.has_input = dice() % 2 == 0;
        facts.suspend_after = dice() % 4 == 0 ? Millis(0) : Millis::max();
        facts.cancel_job_at_deadline = dice() % 2 == 0;
        FlowStory run(facts);
        run.start();
        for (int steps = 0; !run.over(); ++steps) {
            ASSERT_LT(steps, 100);
            ASSERT_TRUE(run.sending());
            ASSERT_EQ(run.request().method, "GET");
            switch (dice() % 7) {
            case 0:
                run.cancel();
                break;
            case 1:
                run.suspend();
                break;
            case 2:
                run.pass(31s);
                break;
            case 3:
                run.reply(static_cast<int>(200 + dice() % 400), finished_job_json(), {}, "/v1/jobs/job-1");
                break;
            case 4:
                run.fails(Kind::broken, true);
                break;
            case 5:
                run.service_is_back();
                break;
            default:
                run.kept(); // nobody waits for it
            }
            if (!run.over() && run.abort_asked())
                run.aborted(true);
        }
        EXPECT_LE(run.sends(), 1);
        EXPECT_EQ(run.checkpoints(), 0U);
        EXPECT_TRUE(run.job_id().empty());
        EXPECT_FALSE(run.outcome().checkpoint);
    }
}

// Their authorities differ, and what they say of a job that they do not know.
TEST(ConnectionCheck, AQueueIsAskedForTheStatus) {
    auto run = asked(check_facts(queue_binding()));
    EXPECT_EQ(run.request().target, "/requests/connection-check/status");
    run.reply(422, R"({"detail": [{"loc": ["path", "request_id"], "msg": "not a UUID", "type": "uuid"}]})");
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
}

} // namespace
} // namespace job_engine::testing
