// Single mistakes in descriptions, as somebody who writes one makes them.
#include "mistakes.hpp"
#include "scripted_api.hpp"
#include "undocumented_apis.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace node_tests {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using test_support::checkpoint_of;
using test_support::describe;
using test_support::LiveRun;
using test_support::NodeHost;
using test_support::RunSpec;
using test_support::video_of;

constexpr std::size_t at_once = 128;

std::string environment(const char* name, const char* otherwise) {
    const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): nobody sets any
    return value != nullptr ? value : otherwise;
}

std::size_t seed() {
    return std::stoul(environment("WORKFLOW_NODE_MISTAKES_SEED", "1"));
}

struct Case {
    std::size_t api; // in all_apis()
    Mistake mistake;
};

// Some of every service, in an order that the seed decides.
std::vector<Case> some_mistakes(const std::vector<DescribedApi>& apis,
                                std::vector<Mistake> (*mistakes_of)(const DescribedApi&), std::size_t most) {
    std::mt19937_64 random(seed());
    std::vector<std::vector<Mistake>> by_api;
    std::size_t longest = 0;
    for (const auto& api : apis) {
        auto mistakes = mistakes_of(api);
        std::shuffle(mistakes.begin(), mistakes.end(), random);
        // Kinds take turns: there are a hundred places that a pointer may lead to.
        std::map<std::string, std::size_t> seen;
        std::map<std::pair<std::size_t, std::size_t>, Mistake> in_turn;
        for (std::size_t at = 0; at < mistakes.size(); ++at)
            in_turn.try_emplace({seen[mistakes[at].kind]++, at}, std::move(mistakes[at]));
        auto& ordered = by_api.emplace_back();
        for (auto& [turn, mistake] : in_turn)
            ordered.push_back(std::move(mistake));
        longest = std::max(longest, ordered.size());
    }
    std::vector<Case> cases;
    for (std::size_t nth = 0; nth < longest; ++nth)
        for (std::size_t api = 0; api < apis.size(); ++api)
            if (nth < by_api[api].size() && cases.size() < most)
                cases.push_back({api, std::move(by_api[api][nth])});
    return cases;
}

const json::object& one_of(const std::vector<json::object>& all, std::mt19937_64& random) {
    return all.at(random() % all.size());
}

// What a service may say to a request for a job that it does not know, or at an address that it does not
// have. Some call a job failed that there is not.
json::object stray_reply(const DescribedApi& api, std::mt19937_64& random) {
    std::vector<json::object> replies{
        {{"status", 404}, {"body", {{"error", {{"code", "not_found"}}}}}},
        {{"status", 405}, {"body", {{"detail", "Method Not Allowed"}}}},
        {{"status", 400}, {"body", {{"message", "No such job."}}}},
        {{"status", 500}, {"body", "<html>Something went wrong"}},
        {{"status", 200}, {"body", "<html>Welcome to our service"}},
        {{"status", 200}, {"body", {{"code", 40001}, {"msg", "No such job."}, {"data", nullptr}}}}};
    for (int i = 0; i < 3; ++i)
        for (auto& failure : api.replies_to("poll", [](const json::object& meaning) {
                 const auto* status = meaning.if_contains("status");
                 return status != nullptr && *status == "failed";
             }))
            replies.push_back(std::move(failure));
    return one_of(replies, random);
}

// A job that is done at the first look or at the second.
Play play_of(const DescribedApi& api, std::mt19937_64& random) {
    const auto has_video = [](const json::object& meaning) { return meaning.contains("video"); };
    Play play{{"submit", {api.job_made()}}, {"", {stray_reply(api, random)}}};
    if (api.has("result")) {
        play["poll"] = {api.poll_that_says("success")};
        play["result"] = {one_of(api.replies_to("result", has_video), random)};
    } else {
        play["poll"] = {one_of(api.replies_to("poll", has_video), random)};
    }
    if (random() % 4 == 0) // as services do that repeat what they were sent
        play["submit"].front().at("body").as_object()["echo"] = std::string(5000, 'e');
    if (random() % 2 == 0)
        play["poll"].insert(play["poll"].begin(), api.poll_that_says("running"));
    return play;
}

// Of the last reply that the service gives.
std::string video_of(const Play& play) {
    const auto& last = play.contains("result") ? play.at("result") : play.at("poll");
    return std::string(last.back().at("meaning").at("video").as_string());
}

// A description that is tried by its own examples before it is used finds the mistake.
bool is_found_by_examples(NodeHost& host, RunSpec spec, const Mistake& mistake, const json::object& right) {
    auto description = mistake.description;
    description["examples"] = right.at("examples");
    spec.connection["api_binding"] = std::move(description);
    spec.validate_only = true;
    return error_member(host.run(spec), "code") == "invalid_connection";
}

class Corrected {
public:
    Corrected(const std::vector<DescribedApi>& apis, std::vector<Case> cases) : apis_(apis) {
        for (std::size_t first = 0; first < cases.size(); first += at_once) {
            const auto end =
                cases.begin() + static_cast<std::ptrdiff_t>(std::min(first + at_once, cases.size()));
            run_some({std::make_move_iterator(cases.begin() + static_cast<std::ptrdiff_t>(first)),
                      std::make_move_iterator(end)});
        }
    }

    std::map<std::string, std::size_t> count;

private:
    struct Played {
        std::string name;
        Mistake mistake;
        std::unique_ptr<PlayedService> service;
        RunSpec spec;
        std::unique_ptr<LiveRun> run;
        std::string video;
        bool is_open = true;
    };

    void run_some(std::vector<Case> cases) {
        NodeHost host;
        std::vector<Played> all;
        for (auto& of : cases) {
            const auto& api = apis_[of.api];
            const auto play = play_of(api, random_);
            Played played{std::string(api.document().at("name").as_string()),
                          std::move(of.mistake),
                          std::make_unique<PlayedService>(api, play),
                          {},
                          {},
                          video_of(play)};
            played.spec = played.service->spec();
            played.spec.timeout = 3s;
            auto wrong = played.spec;
            wrong.connection["api_binding"] = played.mistake.description;
            wrong.connection["api_binding"].as_object().erase("minimum_poll_interval_seconds");
            played.run = host.start(wrong);
            all.push_back(std::move(played));
        }
        for (auto& played : all)
            take_first(host, played);
        for (auto& played : all)
            if (played.is_open) {
                played.service->finish(); // those that correct a description take longer than a job
                played.spec.timeout = 20s;
                played.run = host.start(played.spec);
            }
        for (auto& played : all)
            take_second(played);
    }

    void take_first(NodeHost& host, Played& played) {
        SCOPED_TRACE(played.name + ": " + played.mistake.kind + ": " + played.mistake.what);
        const auto result = played.run->result();
        if (error_member(result, "code") == "invalid_connection") {
            EXPECT_EQ(played.service->server().connections_accepted(), 0U);
            ++count["refused before anything was sent"];
        } else if (result.succeeded()) {
            played.is_open = false;
            const bool is_right = video_of(result) == played.video;
            ++count[is_right ? "the video at once" : "another URL taken for the video"];
            if (!is_right) {
                EXPECT_FALSE(video_of(result).starts_with(played.service->server().base_url()));
                EXPECT_NE(video_of(result), std::string(played.spec.input.at("image").as_string()));
                EXPECT_TRUE(is_found_by_examples(host, played.spec, played.mistake,
                                                 played.spec.connection.at("api_binding").as_object()))
                    << describe(result);
            }
        } else {
            EXPECT_NE(error_member(result, "charged"), "no") << describe(result);
            played.spec.checkpoint = checkpoint_of(result);
            played.spec.collect_only = true;
            EXPECT_NE(played.spec.checkpoint, "") << describe(result);
            ++count["collected"];
            first_errors_[&played] = describe(result);
        }
    }

    void take_second(Played& played) {
        SCOPED_TRACE(played.name + ": " + played.mistake.kind + ": " + played.mistake.what);
        if (played.is_open) {
            const auto result = played.run->result();
            EXPECT_EQ(video_of(result), played.video) << describe(result) << '\n' << first_errors_[&played];
        }
        EXPECT_EQ(played.service->requests("submit").size(), 1U);
    }

    const std::vector<DescribedApi>& apis_;
    std::mt19937_64 random_{seed()};
    std::map<const Played*, std::string> first_errors_;
};

TEST(MistakenDescription, LosesNoVideoOnceItIsCorrected) {
    const auto wanted = environment("WORKFLOW_NODE_MISTAKES", "132");
    const auto apis = all_apis();
    auto cases = some_mistakes(apis, mistakes_in_reading, wanted == "all" ? SIZE_MAX : std::stoul(wanted));
    std::map<std::string, std::size_t> kinds;
    for (const auto& of : cases)
        ++kinds[of.mistake.kind];
    const auto total = cases.size();
    const Corrected corrected(apis, std::move(cases));
    std::cout << "seed " << seed() << ", " << total << " mistakes\n";
    for (const auto& [kind, times] : kinds)
        std::cout << "  " << times << "  " << kind << '\n';
    for (const auto& [end, times] : corrected.count)
        std::cout << "  " << times << "  ended: " << end << '\n';
    const auto counted = [&](const char* end) {
        const auto found = corrected.count.find(end);
        return found != corrected.count.end() ? found->second : 0;
    };
    EXPECT_GE(counted("collected") + counted("the video at once"), total * 100 / 132);
    EXPECT_GE(counted("collected"), total / 4);
}

} // namespace
} // namespace node_tests
