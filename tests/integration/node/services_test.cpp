// Every service that has a description in schemas/apis, played by the replies of its own documentation.
#include "played_service.hpp"
#include "scripted_api.hpp"
#include "signed_token.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <regex>
#include <string>
#include <vector>

namespace node_tests {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using test_support::checkpoint_of;
using test_support::describe;
using test_support::LiveRun;
using test_support::NodeHost;
using test_support::ScriptedServer;
using test_support::video_of;

std::string text_in(const json::object& object, std::string_view member) {
    const auto* value = object.if_contains(member);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string title(const json::object& example) {
    return text_in(example, "title");
}

const json::object& meaning_of(const json::object& example) {
    return example.at("meaning").as_object();
}

bool means_error(const json::object& meaning) {
    return meaning.contains("error");
}

// A run that is cancelled as soon as its job has a name.
wfn::Result cancelled_once_known(NodeHost& host, const PlayedService& service) {
    const auto live = host.start(service.spec());
    EXPECT_TRUE(
        live->wait_for_progress([](const wfn::Progress& progress) { return !progress.job_id.empty(); }));
    live->run().cancel();
    return live->result();
}

class Service : public testing::TestWithParam<std::string> {
protected:
    DescribedApi api{GetParam()};

    // A job that is done at the first look: the module takes some seconds to the second.
    Play success() const {
        Play play{{"submit", {api.job_made()}}, {"poll", {api.poll_that_says("success")}}};
        if (api.has("result"))
            play["result"] = {api.reply_to(
                "result", [](const json::object& meaning) { return meaning.contains("video"); })};
        return play;
    }

    // A job that never ends by itself.
    Play endless() const {
        Play play{{"submit", {api.job_made()}}, {"poll", {api.poll_that_says("running")}}};
        if (api.has("cancel"))
            play["cancel"] = {api.reply_to("cancel")};
        return play;
    }

    // One run for each of these replies, all at once.
    void
    expect_error_of_each(const std::vector<json::object>& examples,
                         const std::function<Play(const json::object&)>& play,
                         const std::function<void(const PlayedService&, const wfn::Result&)>& more) const {
        NodeHost host;
        std::vector<std::unique_ptr<PlayedService>> services;
        std::vector<std::unique_ptr<LiveRun>> runs;
        for (const auto& example : examples) {
            services.push_back(std::make_unique<PlayedService>(api, play(example)));
            runs.push_back(host.start(services.back()->spec()));
        }
        for (std::size_t i = 0; i < runs.size(); ++i) {
            SCOPED_TRACE(title(examples[i]));
            const auto result = runs[i]->result();
            expect_error(result, meaning_of(examples[i]));
            EXPECT_EQ(services[i]->strays(), 0U);
            more(*services[i], result);
        }
    }

    void expect_error(const wfn::Result& result, const json::object& meaning) const {
        EXPECT_EQ(result.outcome, wfn::Outcome::failed) << describe(result);
        EXPECT_EQ(error_member(result, "code"), text_in(meaning, "error")) << describe(result);
        EXPECT_NE(error_member(result, "message").find(text_in(meaning, "message")), std::string::npos)
            << describe(result);
        if (meaning.contains("charged")) {
            EXPECT_EQ(error_member(result, "charged"), text_in(meaning, "charged")) << describe(result);
        }
    }
};

// The body as an example has it: the marker of a run is another in each.
json::value without_marker(const std::string& body) {
    return json::parse(std::regex_replace(body, std::regex("\"wfn-[0-9a-f]{32}\""), "\"{{run.marker}}\""));
}

TEST_P(Service, IsSentWhatTheExamplesSay) {
    const auto examples = api.request_examples();
    ASSERT_FALSE(examples.empty());
    for (std::size_t i = 0; i < examples.size(); ++i) {
        SCOPED_TRACE(title(examples[i]));
        PlayedService service(api, {{"submit", {api.job_made()}}, {"poll", {api.poll_that_says("running")}}});
        auto spec = service.spec(i);
        spec.suspend = wfn::Suspend::when_submitted;
        NodeHost host;
        const auto result = host.run(spec);
        EXPECT_EQ(result.outcome, wfn::Outcome::suspended) << describe(result);
        ASSERT_EQ(service.requests("submit").size(), 1U);
        const auto sent = service.requests("submit").front();
        const auto& wanted = examples[i].at("request").as_object();
        EXPECT_EQ(sent.target, text_in(wanted, "path"));
        EXPECT_EQ(without_marker(sent.body), wanted.at("body"));
        if (const auto* headers = wanted.if_contains("headers"))
            for (const auto& [name, value] : headers->as_object()) {
                std::string lower(name);
                std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
                    return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
                });
                const auto expected = std::regex_replace(std::string(value.as_string()),
                                                         std::regex(R"(\{\{api_key\}\})"), api_key);
                EXPECT_EQ(sent.header(lower), expected) << name;
            }
    }
}

// As the service itself checks it.
void expect_token(const std::string& text, const json::object& rule) {
    const SignedToken token(text);
    const auto now = static_cast<std::int64_t>(std::time(nullptr));
    EXPECT_TRUE(token.is_signed);
    EXPECT_EQ(token.algorithm, text_in(rule, "algorithm"));
    EXPECT_EQ(token.issuer, api_key);
    const auto lifetime = rule.at("lifetime_seconds").as_int64();
    EXPECT_LE(token.expires, now + lifetime);
    EXPECT_GT(token.expires, now + lifetime - 60);
    EXPECT_EQ(token.expires - token.not_before, lifetime + rule.at("not_before_seconds").as_int64());
}

TEST_P(Service, IsShownTheKeyInEveryRequest) {
    PlayedService service(api, success());
    NodeHost host;
    EXPECT_EQ(video_of(host.run(service.spec())), api.video());
    const auto& authorization = api.document().at("authorization").as_object();
    const auto* rule = authorization.if_contains("jwt");
    auto wanted = text_in(authorization, "value");
    wanted.resize(wanted.find(rule != nullptr ? "{{jwt}}" : "{{api_key}}"));
    for (const auto& request : service.server().requests()) {
        const auto shown = request.header("authorization");
        ASSERT_TRUE(shown.starts_with(wanted)) << request.target;
        if (rule != nullptr)
            expect_token(shown.substr(wanted.size()), rule->as_object());
        else
            EXPECT_EQ(shown, wanted + api_key);
    }
}

TEST_P(Service, LeadsToTheVideo) {
    PlayedService service(api, success());
    NodeHost host;
    const auto result = host.run(service.spec());
    EXPECT_EQ(video_of(result), api.video()) << describe(result);
    EXPECT_EQ(result.warnings_json, "[]");
    EXPECT_EQ(service.requests("submit").size(), 1U);
    EXPECT_EQ(service.strays(), 0U);
}

// From the submit on, each run takes one look and ends; the next goes on from its checkpoint.
TEST_P(Service, IsFollowedFromCheckpointToCheckpoint) {
    auto play = success();
    play["poll"] = {api.poll_that_says("queued"), api.poll_that_says("running"),
                    api.poll_that_says("success")};
    PlayedService service(api, play);
    auto spec = service.spec();
    spec.suspend = wfn::Suspend::when_submitted;
    NodeHost host;
    for (const auto phase : {wfn::Phase::submitting, wfn::Phase::queued, wfn::Phase::running}) {
        const auto live = host.start(spec);
        const auto suspended = live->result();
        ASSERT_EQ(suspended.outcome, wfn::Outcome::suspended) << describe(suspended);
        EXPECT_TRUE(live->wait_for_progress([&](const wfn::Progress& p) { return p.phase == phase; }, 0ms))
            << static_cast<int>(phase);
        spec.checkpoint = checkpoint_of(suspended);
    }
    const auto result = host.run(spec);
    EXPECT_EQ(video_of(result), api.video()) << describe(result);
    EXPECT_EQ(service.requests("submit").size(), 1U);
    EXPECT_EQ(service.requests("poll").size(), 3U);
    EXPECT_EQ(service.strays(), 0U);
}

TEST_P(Service, TellsWhyAJobFailed) {
    const auto failures = api.replies_to("poll", [](const json::object& meaning) {
        return means_error(meaning) && text_in(meaning, "status") == "failed";
    });
    expect_error_of_each(
        failures,
        [&](const json::object& failure) {
            return Play{{"submit", {api.job_made()}}, {"poll", {failure}}};
        },
        [](const PlayedService&, const wfn::Result& result) {
            EXPECT_NE(error_member(result, "job_id"), "null");
        });
}

// At some services a job that failed is done too, and its result is what fails.
TEST_P(Service, TellsWhyAResultIsRefused) {
    expect_error_of_each(
        api.replies_to("result", means_error),
        [&](const json::object& refusal) {
            auto play = success();
            play["result"] = {refusal};
            return play;
        },
        [](const PlayedService&, const wfn::Result& result) {
            EXPECT_NE(error_member(result, "job_id"), "null");
        });
}

TEST_P(Service, TellsWhyASubmitIsRefusedAndThatNothingWasPaid) {
    const auto refusals = api.replies_to("submit", [](const json::object& meaning) {
        return means_error(meaning) && text_in(meaning, "error") != "rate_limited";
    });
    ASSERT_FALSE(refusals.empty());
    expect_error_of_each(
        refusals,
        [](const json::object& refusal) {
            return Play{{"submit", {refusal}}};
        },
        [](const PlayedService& service, const wfn::Result& result) {
            EXPECT_EQ(error_member(result, "charged"), "no") << describe(result);
            EXPECT_EQ(service.requests("submit").size(), 1U);
            if (result.checkpoint) {
                EXPECT_EQ(result.checkpoint->submission, wfn::Submission::no);
            }
        });
}

TEST_P(Service, IsAskedAgainAfterItsRateLimit) {
    const auto limits = api.replies_to(
        "submit", [](const json::object& meaning) { return text_in(meaning, "error") == "rate_limited"; });
    for (const auto& limit : limits) {
        SCOPED_TRACE(title(limit));
        auto play = success();
        play["submit"] = {limit, api.job_made()};
        PlayedService service(api, play);
        NodeHost host;
        const auto live = host.start(service.spec());
        const auto result = live->result();
        EXPECT_EQ(video_of(result), api.video()) << describe(result);
        EXPECT_EQ(service.requests("submit").size(), 2U);
        EXPECT_TRUE(live->wait_for_progress(
            [](const wfn::Progress& progress) { return progress.phase == wfn::Phase::retrying; }, 0ms));
    }
}

// Where a service has no cancel, or only passes the wish on, the job goes on there, and the checkpoint says
// so.
TEST_P(Service, CancelsTheJobWhereItCan) {
    PlayedService service(api, endless());
    NodeHost host;
    const auto live = host.start(service.spec());
    ASSERT_TRUE(live->wait_for_progress([](const wfn::Progress& progress) {
        return progress.phase == wfn::Phase::running && !progress.job_id.empty();
    }));
    live->run().cancel();
    const auto result = live->result();
    EXPECT_EQ(result.outcome, wfn::Outcome::cancelled) << describe(result);
    EXPECT_EQ(service.requests("cancel").size(), api.has("cancel") ? 1U : 0U);
    bool is_gone = api.has("cancel");
    if (is_gone) {
        const auto answer = api.reply_to("cancel");
        is_gone = !answer.contains("meaning") || text_in(meaning_of(answer), "status") != "running";
    }
    ASSERT_TRUE(result.checkpoint);
    EXPECT_EQ(result.checkpoint->submission, is_gone ? wfn::Submission::no : wfn::Submission::yes)
        << describe(result);
    EXPECT_EQ(service.strays(), 0U);
}

TEST_P(Service, KeepsTheJobWhoseCancelItRefuses) {
    for (const auto& refusal : api.replies_to("cancel")) {
        if (refusal.at("status").to_number<int>() < 400)
            continue;
        SCOPED_TRACE(title(refusal));
        auto play = endless();
        play["cancel"] = {refusal};
        PlayedService service(api, play);
        NodeHost host;
        const auto result = cancelled_once_known(host, service);
        EXPECT_EQ(result.outcome, wfn::Outcome::cancelled) << describe(result);
        EXPECT_NE(checkpoint_of(result).find("job_id"), std::string::npos) << describe(result);
    }
}

TEST_P(Service, FollowsNoUrlOfAnotherOrigin) {
    ScriptedServer elsewhere([](const Request&) { return refused(500, "", "You should not be here."); });
    PlayedService service(api, success(), elsewhere.base_url());
    NodeHost host;
    const auto result = host.run(service.spec());
    EXPECT_EQ(video_of(result), api.video()) << describe(result);
    EXPECT_EQ(elsewhere.connections_accepted(), 0U);
}

TEST_P(Service, CancelsNoUrlOfAnotherOrigin) {
    ScriptedServer elsewhere([](const Request&) { return refused(500, "", "You should not be here."); });
    PlayedService service(api, endless(), elsewhere.base_url());
    NodeHost host;
    const auto result = cancelled_once_known(host, service);
    EXPECT_EQ(result.outcome, wfn::Outcome::cancelled) << describe(result);
    EXPECT_EQ(service.requests("cancel").size(), api.has("cancel") ? 1U : 0U);
    EXPECT_EQ(elsewhere.connections_accepted(), 0U);
}

// A description that was written by hand, without examples that would have shown the mistake.
TEST_P(Service, WhoseJobIsMissedIsAskedAgainByACorrectedDescription) {
    PlayedService service(api, success());
    auto spec = service.spec();
    const auto right = spec.connection.at("api_binding");
    auto& wrong = spec.connection["api_binding"].as_object();
    wrong.erase("examples");
    wrong.at("reply").as_object()["id"] = json::array{"/nowhere"};
    NodeHost host;
    const auto missed = host.run(spec);
    EXPECT_EQ(error_member(missed, "type"), "Submission Unknown") << describe(missed);
    EXPECT_EQ(error_member(missed, "charged"), "unknown");
    spec.checkpoint = checkpoint_of(missed);
    const auto still = host.run(spec);
    EXPECT_EQ(checkpoint_of(still), spec.checkpoint) << describe(still);
    spec.connection["api_binding"] = right;
    const auto result = host.run(spec);
    EXPECT_EQ(video_of(result), api.video()) << describe(result);
    EXPECT_EQ(service.requests("submit").size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Api, Service, testing::ValuesIn(described_apis()),
                         [](const auto& test) { return test.param; });

} // namespace
} // namespace node_tests
