// The API key and the proxy's password appear nowhere but on the wire.
#include "connect_proxy.hpp"
#include "scripted_api.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace node_tests {
namespace {

using namespace std::chrono_literals;
using test_support::checkpoint_of;
using test_support::NodeHost;

constexpr const char* password = "proxy-password-5d11";
constexpr const char* password_in_base64 = "b3R0bzpwcm94eS1wYXNzd29yZC01ZDEx"; // otto:...

void expect_no_secret(const std::string& text, const char* where) {
    for (const auto* secret : {api_key, password, password_in_base64})
        EXPECT_EQ(text.find(secret), std::string::npos) << where << " holds a secret";
}

// Runs it and looks at everything that the module says.
void run_and_look(const test_support::RunSpec& spec, wfn::Outcome expected) {
    NodeHost host({}, wfn::LogLevel::trace);
    const auto live = host.start(spec);
    const auto result = live->result();
    EXPECT_EQ(result.outcome, expected) << test_support::describe(result);
    const auto heard = live->heard();
    for (const auto& line : host.log())
        expect_no_secret(line.text, "the log");
    for (const auto& checkpoint : heard.checkpoints)
        expect_no_secret(checkpoint, "a checkpoint");
    for (const auto& progress : heard.progress)
        expect_no_secret(progress.message, "the progress");
    expect_no_secret(test_support::describe(result), "the result");
    expect_no_secret(result.warnings_json, "a warning");
    expect_no_secret(checkpoint_of(result), "the last checkpoint");
}

TEST(Secret, IsOnTheWireAloneInARunWithTroubleThatSucceeds) {
    test_support::ConnectProxy proxy(std::string("otto:") + password);
    ScriptedApi api(
        {.submit = [](const Request&,
                      int nth) { return nth == 0 ? refused(503, "busy", "Not now.") : accepted("job-1"); },
         .poll = [](const Request&,
                    int nth) { return nth < 2 ? test_support::no_reply(Reply::Then::reset) : finished(); }});
    auto spec = api.spec();
    spec.run_key = "order-2";
    spec.connection["proxy"] =
        std::string("http://otto:") + password + "@127.0.0.1:" + std::to_string(proxy.port());
    run_and_look(spec, wfn::Outcome::succeeded);
    EXPECT_EQ(api.submits().at(0).header("authorization"), std::string("Bearer ") + api_key);
}

TEST(Secret, IsNotInTheErrorOfARefusedKey) {
    ScriptedApi api({.submit = [](const Request&, int) { return refused(401, "", "Who are you?"); }});
    run_and_look(api.spec(), wfn::Outcome::failed);
}

TEST(Secret, IsNotInTheErrorOfAnApiThatRepeatsIt) {
    const auto message = std::string("The key ") + api_key + " is not valid.";
    ScriptedApi api({.submit = [&](const Request&, int) { return refused(401, "", message); }});
    run_and_look(api.spec(), wfn::Outcome::failed);
    ScriptedApi late({.poll = [&](const Request&, int nth) {
        return nth == 0 ? refused(500, "", message)
                        : test_support::json_reply(
                            200, R"({"status": "failed", "error": {"code": "x", "message": ")" + message
                                     + R"("}})");
    }});
    run_and_look(late.spec(), wfn::Outcome::failed);
}

TEST(Secret, IsNotInTheErrorOfAProxyThatRefuses) {
    test_support::ConnectProxy proxy("otto:another");
    ScriptedApi api;
    auto spec = api.spec();
    spec.timeout = 5s;
    spec.connection["proxy"] =
        std::string("http://otto:") + password + "@127.0.0.1:" + std::to_string(proxy.port());
    run_and_look(spec, wfn::Outcome::failed);
}

TEST(Secret, IsNotInTheErrorOfABadConnection) {
    ScriptedApi api;
    auto spec = api.spec();
    spec.connection["api_key"] = std::string("two words ") + api_key;
    run_and_look(spec, wfn::Outcome::failed);

    spec = api.spec();
    spec.connection["proxy"] = std::string("https://otto:") + password + "@127.0.0.1:1/path";
    run_and_look(spec, wfn::Outcome::failed);

    spec = api.spec();
    spec.connection["base_url"] = std::string("http://otto:") + password + "@127.0.0.1:1";
    run_and_look(spec, wfn::Outcome::failed);

    spec = api.spec();
    spec.connection["ca_file"] = 7;
    run_and_look(spec, wfn::Outcome::failed);
    EXPECT_EQ(api.server().connections_accepted(), 0U);
}

} // namespace
} // namespace node_tests
