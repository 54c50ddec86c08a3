// Runs through a proxy that is asked to CONNECT.
#include "connect_proxy.hpp"
#include "scripted_api.hpp"
#include "test_certificates.hpp"
#include "test_directory.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace node_tests {
namespace {

using namespace std::chrono_literals;
using test_support::ConnectProxy;
using test_support::describe;
using test_support::NodeHost;
using test_support::video_of;

std::string proxy_url(const ConnectProxy& proxy, const std::string& user_info) {
    return "http://" + (user_info.empty() ? "" : user_info + "@")
           + "127.0.0.1:" + std::to_string(proxy.port());
}

TEST(Proxy, IsAskedForATunnelWithUserAndPassword) {
    ConnectProxy proxy("otto:p@ss:w0rd");
    ScriptedApi api;
    auto spec = api.spec();
    spec.connection["proxy"] = proxy_url(proxy, "otto:p%40ss%3Aw0rd");
    NodeHost host;
    const auto result = host.run(spec);
    EXPECT_EQ(video_of(result), video_url) << describe(result);
    const auto targets = proxy.connect_targets();
    ASSERT_FALSE(targets.empty());
    EXPECT_EQ(targets[0], "127.0.0.1:" + std::to_string(api.server().port()));
    EXPECT_EQ(proxy.tunnels_opened(), api.server().connections_accepted());
    EXPECT_EQ(api.submits().at(0).header("proxy-authorization"), "") << "the password went to the API";
}

TEST(Proxy, ResolvesTheNameAndCarriesTls) {
    const test_support::TestDirectory directory;
    const auto authority = test_support::make_authority("Authority of this test");
    ConnectProxy proxy("");
    ScriptedApi api({}, test_support::make_leaf(authority, {.names = {"DNS:api.invalid"}}));
    auto spec = api.spec();
    spec.connection["base_url"] = api.server().base_url("api.invalid");
    spec.connection["check_image"] = false; // whose name would be looked up here
    spec.connection["ca_file"] = directory.write("ca.pem", authority.certificate_pem);
    spec.connection["proxy"] = proxy_url(proxy, "");
    NodeHost host;
    const auto result = host.run(spec);
    EXPECT_EQ(video_of(result), video_url) << describe(result);
    EXPECT_EQ(proxy.connect_targets().at(0), "api.invalid:" + std::to_string(api.server().port()));
}

TEST(Proxy, ThatWantsAnotherPasswordSaysSo) {
    ConnectProxy proxy("otto:right-password");
    ScriptedApi api;
    auto spec = api.spec();
    spec.connection["proxy"] = proxy_url(proxy, "otto:wrong-password");
    NodeHost host;
    const auto result = host.run(spec);
    EXPECT_EQ(error_member(result, "type"), "API Connection Error") << describe(result);
    EXPECT_EQ(error_member(result, "charged"), "no");
    EXPECT_EQ(error_member(result, "retryable"), "false") << "no repetition makes a password right";
    EXPECT_NE(error_member(result, "message").find("407"), std::string::npos);
    EXPECT_NE(error_member(result, "message").find("user name and password"), std::string::npos);
    EXPECT_EQ(describe(result).find("wrong-password"), std::string::npos);
    EXPECT_EQ(proxy.connect_targets().size(), 1U);
    EXPECT_EQ(api.server().connections_accepted(), 0U);
}

// Such bytes are not the server's: they were said before its TLS began.
TEST(Proxy, WhatItSaysBehindItsAnswerIsNoReplyOfTheApi) {
    const test_support::TestDirectory directory;
    const auto authority = test_support::make_authority("Authority of this test");
    ScriptedApi api({}, test_support::make_leaf(authority));
    const std::string forged =
        R"({"id": "job-9", "status": "completed", "output": {"video": "https://x/y.mp4"}})";
    const ConnectProxy proxy("", "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(forged.size())
                                     + "\r\n\r\n" + forged);
    auto spec = api.spec();
    spec.connection["ca_file"] = directory.write("ca.pem", authority.certificate_pem);
    spec.connection["proxy"] = proxy_url(proxy, "");
    NodeHost host;
    const auto result = host.run(spec);
    EXPECT_EQ(error_member(result, "type"), "API Connection Error") << describe(result);
    EXPECT_EQ(error_member(result, "charged"), "no");
    EXPECT_NE(error_member(result, "message").find("more than its answer"), std::string::npos);
    EXPECT_TRUE(api.server().requests().empty());
}

TEST(Proxy, ThatIsNotThereIsNamed) {
    std::string gone;
    {
        const ConnectProxy proxy("");
        gone = proxy_url(proxy, "");
    }
    ScriptedApi api;
    auto spec = api.spec();
    spec.connection["proxy"] = gone;
    spec.timeout = 1s;
    NodeHost host;
    const auto result = host.run(spec);
    EXPECT_EQ(error_member(result, "type"), "API Connection Error") << describe(result);
    EXPECT_NE(error_member(result, "message").find(gone.substr(gone.find("127"))), std::string::npos);
    EXPECT_EQ(api.server().connections_accepted(), 0U);
}

} // namespace
} // namespace node_tests
