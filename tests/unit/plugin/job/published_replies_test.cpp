// The replies that services publish, with each of their members missing, renamed or of another type, one at a
// time: whatever a service changes, nobody is told that nothing was paid, and no video's URL is lost.
#include "job/flow_story.hpp"
#include "job/published_replies.hpp"
#include "json/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iostream>
#include <string>
#include <utility>

namespace job_engine::testing {
namespace {

namespace json = boost::json;

using State = Checkpoint::State;

enum class Stage { submitted, running, finished, result, failed };

std::string& body_of(PublishedShape& shape, Stage stage) {
    switch (stage) {
    case Stage::submitted:
        return shape.submitted;
    case Stage::running:
        return shape.running;
    case Stage::finished:
        return shape.finished;
    case Stage::result:
        return shape.result;
    default:
        return shape.failed;
    }
}

constexpr std::array changes{"missing", "renamed", "null",   "number",       "text",
                             "bool",    "array",   "object", "url's object", "array of objects"};

json::value changed(const json::value& value, const std::string& change) {
    if (change == "number")
        return 7;
    if (change == "text")
        return "text";
    if (change == "bool")
        return true;
    if (change == "array")
        return json::array{value};
    if (change == "object")
        return json::object{{"value", value}};
    if (change == "url's object")
        return json::object{{"url", value}};
    if (change == "array of objects")
        return json::array{json::object{{"value", value}}};
    return nullptr;
}

// Tells of each variation of the document: what was done to which member, and what became of it.
using Teller = std::function<void(const std::string& what, const std::string& body)>;

void vary(const json::value& whole, json::value& part, const std::string& path, const Teller& tell) {
    const auto told = [&](const std::string& where, const std::string& change) {
        tell(where + " " + change, json::serialize(whole));
    };
    if (auto* array = part.if_array())
        for (std::size_t i = 0; i < array->size(); ++i) {
            const auto where = path + "/" + std::to_string(i);
            const auto original = (*array)[i];
            for (const std::string change : changes) {
                if (change == "missing" || change == "renamed")
                    continue; // an element has no name, and without it the array is another
                (*array)[i] = changed(original, change);
                told(where, change);
            }
            (*array)[i] = original;
            vary(whole, (*array)[i], where, tell);
        }
    auto* object = part.if_object();
    if (object == nullptr)
        return;
    const auto original = *object;
    for (const auto& [name, value] : original) {
        const auto where = path + "/" + std::string(name);
        for (const std::string change : changes) {
            if (change == "missing" || change == "renamed")
                object->erase(name);
            else
                (*object)[name] = changed(value, change);
            if (change == "renamed")
                (*object)["x_" + std::string(name)] = value;
            told(where, change);
            *object = original;
        }
        vary(whole, (*object)[name], where, tell);
    }
}

class Play {
public:
    Play(const PublishedShape& shape, Stage stage, const std::string& more)
        : shape_(shape), stage_(stage), facts_(facts(shape, more)), run_(facts_) {}

    void play() {
        const auto begin = run_.now();
        run_.start();
        for (int steps = 0; !run_.over() && steps < 5000; ++steps) {
            if (run_.saving())
                run_.kept();
            else if (run_.sending())
                answer();
            else
                run_.wake();
        }
        ASSERT_TRUE(run_.over()) << "the run does not end";
        EXPECT_LE(run_.now() - begin, facts_.timeout + ending_bound);
        check();
    }

private:
    static Facts facts(const PublishedShape& shape, const std::string& more) {
        Facts facts;
        facts.connection = shape.connection + (shape.connection.empty() || more.empty() ? "" : ", ") + more;
        return facts;
    }

    void give(const std::string& body) {
        named_ = named_ || body.find(shape_.job) != std::string::npos;
        run_.reply(200, body);
    }

    void answer() {
        const auto& request = run_.request();
        if (request.method == "POST")
            return give(shape_.submitted);
        // An address that is not the job's, which a changed member led to; and here no list of jobs.
        if (request.purpose == "find" || request.target.find(run_.job_id()) == std::string::npos)
            return run_.reply(404, R"({"detail": "Not found."})");
        if (completed_ && !shape_.result.empty()) {
            note_video(shape_.result);
            return give(shape_.result);
        }
        if (polls_++ == 0 || (stage_ == Stage::running && polls_ == 2))
            return give(shape_.running);
        if (stage_ == Stage::failed)
            return give(shape_.failed);
        note_video(shape_.finished);
        completed_ = !shape_.result.empty() && run_.sends() > 0;
        give(shape_.finished);
        // Without the word for it there is no second request, and the next one is a poll again.
        completed_ = completed_ && run_.sending();
    }

    void note_video(const std::string& body) {
        seen_ = seen_ || body.find(shape_.video) != std::string::npos;
    }

    bool is_shown() const {
        const auto& error = run_.error();
        const auto has_it = [&](const Violation& detail) {
            return detail.message.find(shape_.video) != std::string::npos;
        };
        return error.message.find(shape_.video) != std::string::npos
               || std::any_of(error.details.begin(), error.details.end(), has_it);
    }

    void check() const {
        const auto& outcome = run_.outcome();
        if (outcome.kind == Outcome::Kind::succeeded) {
            EXPECT_TRUE(seen_) << "a video from nowhere: " << outcome.output_json;
            const auto output = *parse_json(outcome.output_json);
            EXPECT_EQ(output.at("video").as_string(), shape_.video);
            return;
        }
        ASSERT_EQ(outcome.kind, Outcome::Kind::failed);
        EXPECT_FALSE(named_ && outcome.error.charged == Charged::no) << outcome.error.message;
        const bool collectable = outcome.checkpoint && outcome.checkpoint->state == State::submitted
                                 && outcome.checkpoint->job.id == run_.job_id();
        if (seen_) {
            EXPECT_TRUE(collectable) << outcome.error.message;
            EXPECT_TRUE(is_shown()) << "a lost URL: " << outcome.error.message;
        }
    }

    const PublishedShape& shape_;
    Stage stage_;
    Facts facts_;
    FlowStory run_;
    int polls_ = 0;
    bool completed_ = false;
    bool named_ = false;
    bool seen_ = false;
};

int play_all(PublishedShape shape, const std::string& more = {}) {
    int count = 0;
    for (const auto stage :
         {Stage::submitted, Stage::running, Stage::finished, Stage::result, Stage::failed}) {
        auto& body = body_of(shape, stage);
        if (body.empty())
            continue;
        const auto original = body;
        auto document = *parse_json(original);
        vary(document, document, "", [&](const std::string& what, const std::string& varied) {
            SCOPED_TRACE(shape.name + " " + what + ": " + varied);
            body = varied;
            Play(shape, stage, more).play();
            ++count;
        });
        body = original;
    }
    return count;
}

TEST(PublishedReplies, AsTheyArePublishedLeadToTheVideo) {
    for (const auto& shape : published_shapes()) {
        SCOPED_TRACE(shape.name);
        FlowStory run({shape.connection});
        run.submit();
        run.reply(201, shape.submitted);
        EXPECT_EQ(run.saved().job.id, shape.job);
        run.kept();
        run.poll();
        run.reply(200, shape.running);
        run.poll();
        run.reply(200, shape.finished);
        if (!shape.result.empty())
            run.reply(200, shape.result);
        EXPECT_NE(run.outcome().output_json.find(shape.video), std::string::npos);

        if (shape.failed.empty())
            continue;
        FlowStory failing({shape.connection});
        failing.submit();
        failing.reply(201, shape.submitted);
        failing.kept();
        failing.poll();
        failing.reply(200, shape.failed);
        EXPECT_EQ(failing.error().charged, Charged::unknown);
        EXPECT_EQ(failing.error().job_id, shape.job);
    }
}

TEST(PublishedReplies, ChangedInAnyMemberLoseNothingThatIsPaidFor) {
    int count = 0;
    for (const auto& shape : published_shapes())
        count += play_all(shape);
    for (auto& shape : published_shapes())
        if (shape.connection.empty())
            count += play_all(shape, idempotent_submit);
    EXPECT_GT(count, 1500);
    RecordProperty("variations", count);
    std::cout << count << " variations of published replies\n";
}

} // namespace
} // namespace job_engine::testing
