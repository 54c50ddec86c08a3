// Which servers are trusted, and what the error says about the others.
#include "scripted_api.hpp"
#include "temporary_directory.hpp"
#include "test_certificates.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace node_tests {
namespace {

using namespace std::chrono_literals;
using test_support::describe;
using test_support::LeafOptions;
using test_support::make_authority;
using test_support::make_leaf;
using test_support::NodeHost;
using test_support::video_of;

class Tls : public testing::Test {
protected:
    // A run against a server with this certificate, reached under the given name.
    wfn::Result run_against(const LeafOptions& leaf, const std::string& host_name, bool trusted = true) {
        ScriptedApi api({}, make_leaf(authority_, leaf));
        auto spec = api.spec();
        spec.connection["base_url"] = api.server().base_url(host_name);
        spec.connection["allow_insecure_loopback"] = false;
        if (trusted)
            spec.connection["ca_file"] = directory_.write("ca.pem", authority_.certificate_pem);
        NodeHost host;
        auto result = host.run(spec);
        requests_ = api.server().requests().size();
        return result;
    }

    void expect_refused(const wfn::Result& result, const char* advice) {
        EXPECT_EQ(error_member(result, "type"), "API Connection Error") << describe(result);
        EXPECT_EQ(error_member(result, "retryable"), "false");
        EXPECT_EQ(error_member(result, "charged"), "no");
        EXPECT_NE(error_member(result, "message").find(advice), std::string::npos) << describe(result);
        EXPECT_EQ(requests_, 0U) << "something was sent to a server that is not trusted";
    }

    test_support::TemporaryDirectory directory_;
    test_support::Certificate authority_ = make_authority("Authority of this test");
    std::size_t requests_ = 0;
};

TEST_F(Tls, AServerOfTheCaFileIsTrustedByAddress) {
    const auto result = run_against({}, "127.0.0.1");
    EXPECT_EQ(video_of(result), video_url) << describe(result);
    EXPECT_EQ(requests_, 2U);
}

TEST_F(Tls, AServerOfTheCaFileIsTrustedByName) {
    const auto result = run_against({.names = {"DNS:localhost"}}, "localhost");
    EXPECT_EQ(video_of(result), video_url) << describe(result);
}

TEST_F(Tls, AnUnknownAuthorityIsRefused) {
    expect_refused(run_against({}, "127.0.0.1", false), "ca_file");
}

TEST_F(Tls, ACertificateForAnotherNameIsRefused) {
    expect_refused(run_against({.names = {"DNS:api.example"}}, "localhost"), "check base_url");
}

TEST_F(Tls, ACertificateForAnotherAddressIsRefused) {
    expect_refused(run_against({.names = {"IP:127.0.0.2", "DNS:localhost"}}, "127.0.0.1"), "check base_url");
}

TEST_F(Tls, AnExpiredCertificateIsRefused) {
    expect_refused(run_against({.valid_from = -48h, .valid_until = -24h}, "127.0.0.1"), "renewed");
}

TEST_F(Tls, ACertificateOfTomorrowIsRefused) {
    expect_refused(run_against({.valid_from = 24h, .valid_until = 48h}, "127.0.0.1"), "clock");
}

TEST_F(Tls, AServerWithoutTlsIsToldFromAnUntrustedOne) {
    ScriptedApi api;
    auto spec = api.spec();
    spec.connection["base_url"] = "https://127.0.0.1:" + std::to_string(api.server().port());
    spec.connection["ca_file"] = directory_.write("ca.pem", authority_.certificate_pem);
    NodeHost host;
    expect_refused(host.run(spec), "does not speak TLS; check base_url");
    EXPECT_TRUE(api.server().requests().empty());
}

TEST_F(Tls, ACaFileThatIsMissingOrEmptyIsNamed) {
    ScriptedApi api({}, make_leaf(authority_));
    auto spec = api.spec();
    const auto missing = (directory_.path() / "missing.pem").string();
    spec.connection["ca_file"] = missing;
    NodeHost host;
    expect_refused(host.run(spec), (missing + " does not exist").c_str());
    spec.connection["ca_file"] = directory_.write("empty.pem", "");
    expect_refused(host.run(spec), "empty.pem holds no usable");
}

TEST_F(Tls, ConnectionsAreUsedAgain) {
    ScriptedApi api({.poll = [](const Request&, int nth) { return nth < 2 ? still_running() : finished(); }},
                    make_leaf(authority_));
    auto spec = api.spec();
    spec.connection["ca_file"] = directory_.write("ca.pem", authority_.certificate_pem);
    NodeHost host;
    EXPECT_EQ(video_of(host.run(spec)), video_url);
    EXPECT_EQ(api.server().requests().size(), 4U);
    EXPECT_EQ(api.server().connections_accepted(), 1U);
}

} // namespace
} // namespace node_tests
