// What a run does when its polls meet trouble.
#include "scripted_api.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace node_tests {
namespace {

using namespace std::chrono_literals;
using test_support::describe;
using test_support::json_reply;
using test_support::NodeHost;
using test_support::ScriptedServer;
using test_support::video_of;
using Then = test_support::Reply::Then;

Reply cut_short() {
    Reply reply;
    reply.raw = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"status\": \"succ";
    reply.then = Then::close;
    return reply;
}

Reply not_http() {
    Reply reply;
    reply.raw = "SSH-2.0-OpenSSH_9.2\r\n\r\n";
    reply.then = Then::close;
    return reply;
}

struct Trouble {
    const char* name;
    Reply reply;
};

void PrintTo(const Trouble& trouble, std::ostream* out) {
    *out << trouble.name;
}

// Twice: a broken connection that had been used before is replaced at once, without a word.
class PollSurvives : public testing::TestWithParam<Trouble> {};

TEST_P(PollSurvives, AndTheVideoArrives) {
    ScriptedApi api(
        {.poll = [](const Request&, int nth) { return nth < 2 ? GetParam().reply : finished(); }});
    NodeHost host;
    const auto live = host.start(api.spec());
    const auto result = live->result();
    EXPECT_EQ(video_of(result), video_url) << describe(result);
    EXPECT_EQ(api.submits().size(), 1U);
    EXPECT_EQ(api.polls().size(), 3U);
    EXPECT_TRUE(live->wait_for_progress(
        [](const wfn::Progress& progress) { return progress.phase == wfn::Phase::retrying; }, 0ms));
}

INSTANTIATE_TEST_SUITE_P(Trouble, PollSurvives,
                         testing::Values(Trouble{"Reset", test_support::no_reply(Then::reset)},
                                         Trouble{"Close", test_support::no_reply(Then::close)},
                                         Trouble{"CutShort", cut_short()}, Trouble{"NotHttp", not_http()},
                                         Trouble{"NotJson", json_reply(200, "<html>Bad gateway</html>")},
                                         Trouble{"Status500", refused(500, "", "Oops.")},
                                         Trouble{"Status502", json_reply(502, "<html>Bad gateway</html>")},
                                         Trouble{"Status503", refused(503, "", "Busy.")},
                                         Trouble{"Status429", refused(429, "", "Slow down.")}),
                         [](const auto& test) { return test.param.name; });

TEST(Poll, UsesTheStatusUrlOfTheReply) {
    ScriptedApi api({.submit = [](const Request&, int) {
        return json_reply(202, R"({"id": "job-1", "status": "queued",
                                                        "status_url": "/v1/jobs/by-another-way"})");
    }});
    NodeHost host;
    const auto result = host.run(api.spec());
    EXPECT_EQ(video_of(result), video_url) << describe(result);
    EXPECT_EQ(api.polls().at(0).target, "/v1/jobs/by-another-way");
}

TEST(Poll, IgnoresAStatusUrlOfAnotherOrigin) {
    ScriptedServer elsewhere([](const Request&) { return finished(); });
    ScriptedApi api({.submit = [&](const Request&, int) {
        return json_reply(202, R"({"id": "job-1", "status": "queued", "status_url": ")" + elsewhere.base_url()
                                   + R"(/v1/jobs/job-1"})");
    }});
    NodeHost host;
    const auto result = host.run(api.spec());
    EXPECT_EQ(video_of(result), video_url) << describe(result);
    EXPECT_EQ(api.polls().at(0).target, "/v1/jobs/job-1");
    EXPECT_EQ(elsewhere.connections_accepted(), 0U);
}

TEST(Poll, ReportsProgressAndTheJob) {
    ScriptedApi api({.poll = [](const Request&, int nth) {
        return nth == 0 ? json_reply(200, R"({"status": "running", "progress": 0.25, "eta_seconds": 0.5})")
                        : finished();
    }});
    NodeHost host;
    const auto live = host.start(api.spec());
    const auto result = live->result();
    ASSERT_EQ(video_of(result), video_url) << describe(result);
    EXPECT_TRUE(live->wait_for_progress(
        [](const wfn::Progress& progress) {
            return progress.phase == wfn::Phase::running && progress.fraction == 0.25 && progress.eta == 500ms
                   && progress.job_id == "job-1";
        },
        0ms));
}

// A job that is nearly done is asked for more often than that.
TEST(Poll, ReportsProgressAtMostTenTimesASecond) {
    ScriptedApi api({.poll = [](const Request&, int nth) {
        return nth < 9
                   ? json_reply(200, R"({"status": "running", "progress": 0.99)" + std::to_string(nth) + "}")
                   : finished();
    }});
    NodeHost host;
    const auto live = host.start(api.spec());
    ASSERT_EQ(video_of(live->result()), video_url);
    std::vector<std::chrono::milliseconds> told_at;
    for (const auto& progress : live->heard().progress)
        if (progress.phase == wfn::Phase::running)
            told_at.push_back(progress.elapsed);
    ASSERT_GE(told_at.size(), 2U);
    EXPECT_LE(told_at.size() - 1, (told_at.back() - told_at.front()) / 100ms + 1);
}

TEST(Poll, AnUnknownStatusWordCountsAsRunningAndWarnsOnce) {
    ScriptedApi api({.poll = [](const Request&, int nth) {
        return nth < 2 ? json_reply(200, R"({"status": "polishing"})") : finished();
    }});
    NodeHost host;
    const auto result = host.run(api.spec());
    ASSERT_EQ(video_of(result), video_url) << describe(result);
    const auto first = result.warnings_json.find("polishing");
    EXPECT_NE(first, std::string::npos);
    EXPECT_EQ(result.warnings_json.find("polishing", first + 1), std::string::npos);
}

} // namespace
} // namespace node_tests
