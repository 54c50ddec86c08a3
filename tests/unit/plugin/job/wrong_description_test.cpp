// A hundred jobs, each made with one mistake in the description of the API: once that is corrected, each
// leads to its video, and none was paid for twice.
#include "job/flow_story.hpp"
#include "job/model_api.hpp"
#include "json/json_text.hpp"
#include "plugin_nodes_embedded.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <string>
#include <utility>

namespace job_engine::testing {
namespace {

namespace json = boost::json;

json::value built_in() {
    return *parse_json(pixelml::embedded::pixelml_api);
}

std::string word_of(const json::value& description, const char* status, Dice& dice) {
    const auto& words = description.at("status_words").at(status).as_array();
    return std::string(
        words[static_cast<std::size_t>(dice.roll(static_cast<int>(words.size())))].as_string());
}

// An API that does as the built-in description says: in the words, and with the addresses, of its own choice.
class RightApi {
public:
    explicit RightApi(Dice& dice)
        : queued_(word_of(built_in(), "queued", dice)), running_(word_of(built_in(), "running", dice)),
          succeeded_(word_of(built_in(), "success", dice)), gives_address_(dice.percent(50)),
          gives_location_(dice.percent(30)), names_progress_(dice.percent(50)) {}

    void answer(FlowStory& run) {
        const auto request = run.request();
        if (request.method == "POST") {
            ++jobs_;
            return run.reply(202, job(queued_), {}, gives_location_ ? path_ : "");
        }
        if (request.target == "/show/7")
            return run.reply(200, "<html>The job, for people");
        if (request.target != path_)
            return run.reply(404, R"({"error": {"code": "not_found"}})");
        run.reply(200, ++polls_ < 3 ? job(running_) : job(succeeded_));
    }

    int jobs() const { return jobs_; }

private:
    std::string job(const std::string& word) const {
        json::object body{{"id", "job-7"}, {"status", word}, {"trace", "t-1"}};
        if (gives_address_)
            body["urls"] = json::object{{"get", path_}, {"show", "/show/7"}};
        if (names_progress_)
            body["progress"] = word == running_ ? 0.5 : 0;
        if (word == succeeded_)
            body["output"] = json::object{{"video", video_url}};
        return json::serialize(body);
    }

    const std::string path_ = "/v1/jobs/job-7";
    const std::string queued_;
    const std::string running_;
    const std::string succeeded_;
    const bool gives_address_;
    const bool gives_location_;
    const bool names_progress_;
    int jobs_ = 0;
    int polls_ = 0;
};

struct Mistake {
    std::string kind;
    std::string description; // a member of the connection
};

Mistake mistake(Dice& dice) {
    auto description = built_in();
    std::string kind;
    switch (dice.roll(5)) {
    case 0: {
        const std::string member = dice.pick({"id", "status"});
        kind = "the pointer to the " + member;
        description.at("reply").as_object()[member] =
            json::array{dice.pick({"/nowhere", "/trace", "/urls", "/urls/get"})};
        break;
    }
    case 1: {
        const std::string member =
            dice.pick({"video", "video", "progress", "eta_seconds", "error_code", "error_message"});
        kind = "the pointer to the " + member;
        description.at("reply").as_object()[member] =
            json::array{dice.pick({"/nowhere", "/urls", "/status", "/id"})};
        break;
    }
    case 2: {
        const std::string status = dice.pick({"queued", "running", "success", "failed", "cancelled"});
        kind = "a word for " + status;
        auto& words = description.at("status_words").at(status).as_array();
        words.erase(words.begin() + dice.roll(static_cast<int>(words.size())));
        break;
    }
    case 3:
        kind = "the path of the poll";
        description.at("poll").as_object()["path"] =
            dice.pick({"/v1/job/{id}", "/v2/jobs/{id}", "/jobs/{id}", "/v1/jobs/{id}/status"});
        break;
    default:
        kind = "the pointer to the poll's address";
        description.at("poll").as_object()["url"] =
            json::array{dice.pick({"/nowhere", "/urls/show", "/trace", "/status"})};
        break;
    }
    return {kind, "\"api_binding\": " + json::serialize(description)};
}

// Whether it ends with the right video.
bool leads_to_video(FlowStory& run, RightApi& api) {
    run.start();
    for (int steps = 0; !run.over() && steps < 5000; ++steps) {
        if (run.sending())
            api.answer(run);
        else if (run.saving())
            run.kept();
        else
            run.wake();
    }
    return run.over() && run.outcome().kind == Outcome::Kind::succeeded
           && run.outcome().output_json.find(video_url) != std::string::npos;
}

TEST(WrongDescription, LosesNoVideoOnceItIsCorrected) {
    constexpr int runs = 100;
    int jobs = 0;
    int videos = 0;
    std::map<std::string, int> failed_at_first;
    for (int seed = 1; seed <= runs; ++seed) {
        Dice dice(static_cast<std::uint64_t>(seed));
        RightApi api(dice);
        const auto wrong = mistake(dice);
        SCOPED_TRACE("seed " + std::to_string(seed) + ": " + wrong.kind);
        Facts facts;
        facts.connection = wrong.description;
        FlowStory first(facts);
        bool has_video = leads_to_video(first, api);
        if (!has_video) {
            ++failed_at_first[wrong.kind];
            ASSERT_NE(first.outcome().kind, Outcome::Kind::succeeded);
            EXPECT_NE(first.error().charged, Charged::no);
            Facts corrected;
            corrected.has_input = false;
            corrected.purpose = Purpose::collect_job;
            ASSERT_TRUE(first.outcome().checkpoint);
            corrected.checkpoint = *read_checkpoint(to_text(*first.outcome().checkpoint));
            FlowStory second(corrected);
            has_video = leads_to_video(second, api);
            EXPECT_TRUE(has_video) << first.error().message << '\n' << second.error().message;
        }
        videos += has_video ? 1 : 0;
        jobs += api.jobs();
    }
    EXPECT_EQ(jobs, runs);
    EXPECT_EQ(videos, runs);
    // That the mistakes are some.
    for (const auto* kind : {"the pointer to the id", "the pointer to the video", "the path of the poll",
                             "the pointer to the poll's address"})
        EXPECT_GE(failed_at_first[kind], 1) << kind;
    for (const auto& [kind, times] : failed_at_first)
        std::cout << times << " failed at first by " << kind << '\n';
}

} // namespace
} // namespace job_engine::testing
