// What went over the wire, as the module's log has it at its lowest level.
#include "scripted_api.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace node_tests {
namespace {

namespace json = boost::json;
using test_support::json_reply;
using test_support::NodeHost;

struct Traced {
    wfn::Result result;
    std::vector<std::string> lines;
    std::vector<json::value> exchanges;

    std::vector<std::string> purposes() const {
        std::vector<std::string> all;
        for (const auto& exchange : exchanges)
            all.emplace_back(exchange.at("purpose").as_string());
        return all;
    }
};

Traced trace(const test_support::RunSpec& spec) {
    NodeHost host({}, wfn::LogLevel::trace);
    Traced traced{host.run(spec), {}, {}};
    for (const auto& line : host.log())
        if (line.level == wfn::LogLevel::trace) {
            traced.lines.push_back(line.text);
            traced.exchanges.push_back(json::parse(line.text)); // throws where it is no JSON in UTF-8
        }
    return traced;
}

std::string text_of(const json::value& value) {
    return std::string(value.as_string());
}

using Purposes = std::vector<std::string>;

TEST(Trace, HasALineForEachExchange) {
    ScriptedApi api({.submit = [](const Request&, int nth) {
        return nth > 0 ? accepted("job-1")
                       : json_reply(503, R"({"error": {"message": "Not now."}})",
                                    {{"Retry-After", "1"}, {"X-Request-Id", "r-17"}});
    }});
    auto spec = api.spec();
    spec.run_key = "order-5";
    spec.connection["idempotent_submit"] = true;
    const auto traced = trace(spec);
    ASSERT_EQ(traced.result.outcome, wfn::Outcome::succeeded) << test_support::describe(traced.result);
    ASSERT_EQ(traced.purposes(), (Purposes{"submit", "submit", "poll"}));

    const auto& submit = traced.exchanges.at(0);
    EXPECT_EQ(submit.at("run"), "order-5");
    EXPECT_EQ(submit.at("method"), "POST");
    EXPECT_EQ(text_of(submit.at("url")), api.server().base_url() + "/v1/image-to-video");
    EXPECT_GE(submit.at("milliseconds").as_int64(), 0);
    const auto& request = submit.at("request");
    EXPECT_EQ(request.at("headers").at("Authorization"), "Bearer ***");
    EXPECT_EQ(text_of(request.at("headers").at("Idempotency-Key")),
              api.submits().at(0).header("idempotency-key"));
    EXPECT_EQ(text_of(request.at("body")), api.submits().at(0).body);
    const auto& reply = submit.at("reply");
    EXPECT_EQ(reply.at("status"), 503);
    EXPECT_EQ(
        reply.at("headers"),
        (json::object{{"Content-Type", "application/json"}, {"Request-Id", "r-17"}, {"Retry-After", "1"}}));
    EXPECT_EQ(reply.at("body"), R"({"error": {"message": "Not now."}})");

    const auto& poll = traced.exchanges.at(2);
    EXPECT_EQ(poll.at("request").at("body"), nullptr);
    EXPECT_EQ(text_of(poll.at("url")), api.server().base_url() + "/v1/jobs/job-1");
}

TEST(Trace, SaysWhatCameInsteadOfAReply) {
    ScriptedApi api(
        {.submit = [](const Request&, int) { return test_support::no_reply(Reply::Then::reset); }});
    const auto traced = trace(api.spec());
    EXPECT_EQ(traced.result.outcome, wfn::Outcome::failed);
    ASSERT_EQ(traced.purposes(), Purposes{"submit"});
    const auto& failure = traced.exchanges.at(0).at("failure");
    EXPECT_EQ(failure.at("kind"), "broken");
    EXPECT_EQ(failure.at("may_have_arrived"), true);
    EXPECT_NE(text_of(failure.at("message")), "");
}

TEST(Trace, ShowsTheRequestsOfACancelledRun) {
    ScriptedApi api({.poll = [](const Request&, int) { return still_running(); }});
    NodeHost host({}, wfn::LogLevel::trace);
    const auto live = host.start(api.spec());
    ASSERT_TRUE(live->wait_for_progress(
        [](const wfn::Progress& progress) { return progress.phase == wfn::Phase::running; }));
    live->run().cancel();
    EXPECT_EQ(live->result().outcome, wfn::Outcome::cancelled);
    const auto log = host.log();
    ASSERT_FALSE(log.empty());
    std::string last;
    for (const auto& line : log)
        if (line.level == wfn::LogLevel::trace)
            last = line.text;
    EXPECT_EQ(json::parse(last).at("purpose"), "cancel");
}

// With characters that JSON, a URL and some services write in other ways.
constexpr std::string_view odd_key = R"(key/7f&3a"of\these+tests)";
const std::vector<std::string_view> forms_of_odd_key{
    odd_key,
    R"(key/7f&3a\"of\\these+tests)",                        // as JSON has it
    R"(key\/7f&3a\"of\\these+tests)",                       // PHP's
    R"(key/7f\u00263a\"of\\these\u002btests)",              // as Go and .NET write JSON
    R"(key\u002F7f\u00263a\u0022of\u005Cthese\u002Btests)", // all that is odd
    "key%2F7f%263a%22of%5Cthese%2Btests",
    "key/7f&3a%22of%5Cthese+tests"};

// The longest text that all forms have in common says that one of them is left.
void expect_no_key(const Traced& traced) {
    ASSERT_FALSE(traced.lines.empty());
    for (const auto& line : traced.lines) {
        EXPECT_EQ(line.find("these"), std::string::npos) << line;
        EXPECT_NE(line.find("***"), std::string::npos) << line;
    }
}

TEST(Trace, MasksAKeyThatTheServiceRepeats) {
    for (const auto form : forms_of_odd_key) {
        SCOPED_TRACE(form);
        const auto repeated = R"({"error": {"message": "No: )" + std::string(form) + R"("}, ")"
                              + std::string(form) + R"(": 1})";
        ScriptedApi api({.submit = [&](const Request&, int) {
            return json_reply(400, repeated, {{"X-Request-Id", std::string(form)}});
        }});
        auto spec = api.spec();
        spec.connection["api_key"] = odd_key;
        spec.run_key = "order " + std::string(odd_key);
        spec.input["prompt"] = "Show " + std::string(odd_key);
        const auto traced = trace(spec);
        expect_no_key(traced);
        EXPECT_EQ(traced.purposes(), Purposes{"submit"});
    }
}

TEST(Trace, MasksAKeyInAddresses) {
    const std::string encoded = "key%2F7f%263a%22of%5Cthese%2Btests";
    ScriptedApi api({.submit =
                         [&](const Request&, int) {
                             // The job's own address, which the poll goes to.
                             return json_reply(202, R"({"id": "job-1", "status": "queued"})",
                                               {{"Location", "/v1/jobs/" + encoded + "?sig=" + encoded}});
                         },
                     .poll =
                         [&](const Request&, int) {
                             auto reply = json_reply(302, R"("moved")");
                             reply.headers.emplace_back("Location", "https://elsewhere.example/" + encoded
                                                                        + "?token=of-another");
                             return reply;
                         }});
    auto spec = api.spec();
    spec.connection["api_key"] = odd_key;
    const auto traced = trace(spec);
    ASSERT_GE(traced.lines.size(), 2U);
    expect_no_key(traced);
    for (const auto& line : traced.lines)
        EXPECT_EQ(line.find("of-another"), std::string::npos) << line;
    const auto& location = traced.exchanges.at(1).at("reply").at("headers").at("Location");
    EXPECT_EQ(location, "https://elsewhere.example/***?***");
}

TEST(Trace, CutsALongBodyBetweenCharactersAfterItWasMasked) {
    // The key lies across the place of the cut, and each of these characters takes two bytes.
    for (const std::size_t before : {4075U, 4076U}) {
        std::string body =
            R"({"status": "succeeded", "output": {"video": "https://videos.example/one.mp4"}, "x": ")";
        body.append(before - body.size(), 'x').append(api_key);
        for (int i = 0; i < 500'000; ++i)
            body += "\xC3\xA4";
        body += R"("})";
        ScriptedApi api({.poll = [&](const Request&, int) { return json_reply(200, body); }});
        const auto traced = trace(api.spec());
        EXPECT_EQ(traced.result.outcome, wfn::Outcome::succeeded) << test_support::describe(traced.result);
        ASSERT_EQ(traced.purposes(), (Purposes{"submit", "poll"}));
        const auto& reply = traced.exchanges.at(1).at("reply");
        EXPECT_EQ(reply.at("body_bytes"), body.size());
        const auto shown = text_of(reply.at("body"));
        EXPECT_TRUE(shown.ends_with("\xC3\xA4...")) << shown.substr(4000);
        EXPECT_NEAR(static_cast<double>(shown.size()), 4096 + 3, 1);
        EXPECT_LT(traced.lines.at(1).size(), 6000U);
        EXPECT_EQ(traced.lines.at(1).find("key-"), std::string::npos);
    }
}

TEST(Trace, IsNothingUnlessItIsAskedFor) {
    ScriptedApi api;
    NodeHost host;
    EXPECT_EQ(host.run(api.spec()).outcome, wfn::Outcome::succeeded);
    for (const auto& line : host.log())
        EXPECT_NE(line.level, wfn::LogLevel::trace) << line.text;
}

} // namespace
} // namespace node_tests
