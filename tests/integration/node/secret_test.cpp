// The API key, its secret and the proxy's password appear nowhere but on the wire.
#include "connect_proxy.hpp"
#include "played_service.hpp"
#include "scripted_api.hpp"
#include "signed_token.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace node_tests {
namespace {

using namespace std::chrono_literals;
using test_support::checkpoint_of;
using test_support::json_reply;
using test_support::NodeHost;

constexpr const char* password = "proxy-password-5d11";
constexpr const char* password_in_base64 = "b3R0bzpwcm94eS1wYXNzd29yZC01ZDEx"; // otto:...

// Everything that the module says of the run.
struct Said {
    wfn::Result result;
    std::string text;
};

Said run_and_listen(const test_support::RunSpec& spec) {
    NodeHost host({}, wfn::LogLevel::trace);
    const auto live = host.start(spec);
    Said said{live->result(), {}};
    const auto heard = live->heard();
    const auto add = [&](const char* where, const std::string& text) {
        said.text += std::string(where) + ": " + text + "\n";
    };
    for (const auto& line : host.log())
        add("log", line.text);
    for (const auto& checkpoint : heard.checkpoints)
        add("checkpoint", checkpoint);
    for (const auto& progress : heard.progress)
        add("progress", progress.message);
    add("result", test_support::describe(said.result));
    add("warnings", said.result.warnings_json);
    add("last checkpoint", checkpoint_of(said.result));
    return said;
}

void expect_nothing_of(const std::string& text, const std::vector<std::string>& secrets) {
    for (const auto& secret : secrets)
        EXPECT_EQ(text.find(secret), std::string::npos) << secret << " is in\n" << text;
}

void run_and_look(const test_support::RunSpec& spec, wfn::Outcome expected) {
    const auto said = run_and_listen(spec);
    EXPECT_EQ(said.result.outcome, expected) << test_support::describe(said.result);
    expect_nothing_of(said.text, {api_key, password, password_in_base64});
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

TEST(Secret, IsNotInADryRun) {
    ScriptedApi api;
    auto spec = api.spec();
    spec.dry_run = true;
    spec.connection["api_key"] = "k/7" + std::string(api_key);
    spec.input["prompt"] = "Show k/7" + std::string(api_key);
    spec.input["image"] = "https://images.example/?a=k%2F7" + std::string(api_key);
    const auto result = NodeHost().run(spec);
    ASSERT_EQ(result.outcome, wfn::Outcome::succeeded) << test_support::describe(result);
    expect_nothing_of(result.output_json, {api_key});
    EXPECT_NE(result.output_json.find("Show ***"), std::string::npos);
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

    // Somebody puts it where the placeholder belongs; longer than what an error shows.
    spec = api.spec();
    const auto long_key = std::string(70, 'k') + api_key;
    spec.connection["api_key"] = long_key;
    spec.connection["api_binding"] = {
        {"name", "Pasted"},
        {"authorization", {{"header", "X-Key"}, {"value", "{{" + long_key + "}}"}}},
        {"submit", {{"method", "POST"}, {"path", "/v"}, {"body", {{"image", "{{image}}"}}}}},
        {"poll", {{"method", "GET"}, {"path", "/v/{id}"}}},
        {"reply", {{"id", {"/id"}}, {"video", {"/video"}}}}};
    run_and_look(spec, wfn::Outcome::failed);
    EXPECT_EQ(error_member(NodeHost().run(spec), "message").find("kkk"), std::string::npos);
    EXPECT_EQ(api.server().connections_accepted(), 0U);
}

// Whether the service repeats the token of this request, a part of it, or that of an earlier one.
TEST(Secret, ATokenIsNowhereButOnTheWire) {
    const DescribedApi described("kling_access_key");
    std::vector<std::string> tokens;
    const auto repeated = [&](const Request& request) {
        const auto text = request.header("authorization").substr(std::string("Bearer ").size());
        tokens.push_back(text);
        const SignedToken token(text);
        return "No: " + tokens.front() + ", " + text + ", " + token.payload + " and " + token.signature + ". "
               + api_key + " " + api_secret;
    };
    int submits = 0;
    test_support::ScriptedServer server([&](const Request& request) {
        const auto words = repeated(request);
        const auto echoed = R"("message": ")" + words + R"(", "request_id": ")" + words + '"';
        if (request.method == "POST")
            return submits++ == 0
                       ? json_reply(503, "{" + echoed + "}")
                       : json_reply(200, R"({"code": 0, "data": {"task_id": "7"}, )" + echoed + "}");
        return json_reply(200, R"({"code": 0, "data": {"task_id": "7", "task_status": "failed",
            "task_status_msg": ")" + words
                                   + R"("}})");
    });
    auto spec = PlayedService(described, {}).spec();
    spec.connection["base_url"] = server.base_url();
    const auto said = run_and_listen(spec);
    EXPECT_EQ(said.result.outcome, wfn::Outcome::failed) << test_support::describe(said.result);
    EXPECT_EQ(error_member(said.result, "code"), "generation_failed") << test_support::describe(said.result);
    ASSERT_GE(tokens.size(), 3U);
    std::vector<std::string> secrets{api_key, api_secret};
    for (const auto& text : tokens) {
        const SignedToken token(text);
        secrets.insert(secrets.end(), {token.payload, token.signature});
    }
    expect_nothing_of(said.text, secrets);
    EXPECT_NE(said.text.find("No: ***, ***, *** and ***. *** ***"), std::string::npos) << said.text;
}

// The reply is kept, for a description that finds the job in it.
TEST(Secret, ATokenIsNotInAKeptReply) {
    std::string signature;
    test_support::ScriptedServer server([&](const Request& request) {
        const auto text = request.header("authorization").substr(std::string("Bearer ").size());
        signature = SignedToken(text).signature;
        return json_reply(200,
                          R"({"code": 0, "job": {"seen": ")" + text + R"(", "by": ")" + signature + R"("}})");
    });
    auto spec = PlayedService(DescribedApi("kling_access_key"), {}).spec();
    spec.connection["base_url"] = server.base_url();
    const auto said = run_and_listen(spec);
    EXPECT_EQ(error_member(said.result, "type"), "Submission Unknown") << test_support::describe(said.result);
    EXPECT_NE(checkpoint_of(said.result).find("\\\"by\\\""), std::string::npos) << checkpoint_of(said.result);
    expect_nothing_of(said.text, {signature, "eyJpc3MiOi"});
}

} // namespace
} // namespace node_tests
