// Which servers are trusted, and what the error says about the others.
#include "scripted_api.hpp"
#include "test_certificates.hpp"
#include "test_directory.hpp"

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
using test_support::make_ocsp_response;
using test_support::NodeHost;
using test_support::Revocation;
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

    // The same with a server that is set up by hand, and trusted by its authority.
    wfn::Result run_against(test_support::SslContext server) {
        ScriptedApi api({}, std::move(server));
        auto spec = api.spec();
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

    test_support::TestDirectory directory_;
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
    expect_refused(run_against({.names = {"DNS:api.example"}}, "localhost"), "check the URL");
}

TEST_F(Tls, ACertificateForAnotherAddressIsRefused) {
    expect_refused(run_against({.names = {"IP:127.0.0.2", "DNS:localhost"}}, "127.0.0.1"), "check the URL");
}

TEST_F(Tls, AnExpiredCertificateIsRefused) {
    expect_refused(run_against({.valid_from = -48h, .valid_until = -24h}, "127.0.0.1"), "renewed");
}

TEST_F(Tls, ACertificateOfTomorrowIsRefused) {
    expect_refused(run_against({.valid_from = 24h, .valid_until = 48h}, "127.0.0.1"), "clock");
}

TEST_F(Tls, ACertificateThatSignedItselfIsRefused) {
    expect_refused(run_against(test_support::make_server_context(make_authority("A server of its own"))),
                   "ca_file");
}

TEST_F(Tls, AnIntermediateIsTrustedWithItsChainAndNotWithout) {
    const auto intermediate = test_support::make_intermediate(authority_);
    const auto leaf = make_leaf(intermediate);
    expect_refused(run_against(test_support::make_server_context(leaf)), "ca_file");
    auto server = test_support::make_server_context(leaf);
    test_support::send_with_chain(server.get(), intermediate);
    const auto result = run_against(std::move(server));
    EXPECT_EQ(video_of(result), video_url) << describe(result);
}

TEST_F(Tls, ASignatureBySha1IsRefused) {
    expect_refused(run_against({.digest = "SHA1"}, "127.0.0.1"), "stronger key and signature");
}

TEST_F(Tls, VersionsBefore12AreRefused) {
    for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
        auto server = test_support::make_server_context(make_leaf(authority_));
        SSL_CTX_set_min_proto_version(server.get(), TLS1_VERSION);
        SSL_CTX_set_max_proto_version(server.get(), version);
        expect_refused(run_against(std::move(server)), "no TLS as new as 1.2");
    }
}

TEST_F(Tls, Version12IsSpoken) {
    auto server = test_support::make_server_context(make_leaf(authority_));
    SSL_CTX_set_max_proto_version(server.get(), TLS1_2_VERSION);
    const auto result = run_against(std::move(server));
    EXPECT_EQ(video_of(result), video_url) << describe(result);
}

class Stapled : public Tls, public testing::WithParamInterface<int> {
protected:
    // A server with a chain of three that speaks this version of TLS at most.
    test_support::SslContext server() const {
        auto context = test_support::make_server_context(leaf_);
        test_support::send_with_chain(context.get(), intermediate_);
        SSL_CTX_set_max_proto_version(context.get(), GetParam());
        return context;
    }
    wfn::Result run_stapling(const std::string& response) {
        auto context = server();
        test_support::staple(context.get(), response);
        return run_against(std::move(context));
    }

    test_support::Certificate intermediate_ = test_support::make_intermediate(authority_);
    test_support::Certificate leaf_ = make_leaf(intermediate_);
};

TEST_P(Stapled, ARevokedServerIsRefused) {
    expect_refused(run_stapling(make_ocsp_response(leaf_, intermediate_, intermediate_, Revocation::revoked)),
                   "revoked");
}

TEST_P(Stapled, ARevokedIntermediateIsRefused) {
    expect_refused(
        run_stapling(make_ocsp_response(intermediate_, authority_, authority_, Revocation::revoked)),
        "revoked");
}

TEST_P(Stapled, AGoodServerIsTrusted) {
    const auto result =
        run_stapling(make_ocsp_response(leaf_, intermediate_, intermediate_, Revocation::good));
    EXPECT_EQ(video_of(result), video_url) << describe(result);
}

// Else anybody could refuse a server for others, or keep quiet about it with rubbish instead of nothing.
TEST_P(Stapled, WhatTheAuthorityDidNotSignSaysNothing) {
    const auto stranger = make_authority("Somebody else");
    for (const auto& response :
         {make_ocsp_response(leaf_, intermediate_, stranger, Revocation::revoked), std::string("rubbish")}) {
        const auto result = run_stapling(response);
        EXPECT_EQ(video_of(result), video_url) << describe(result);
    }
}

INSTANTIATE_TEST_SUITE_P(Versions, Stapled, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& version) {
                             return version.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
                         });

class Resumption : public Tls, public testing::WithParamInterface<int> {};

// Each request comes on a connection of its own; all but the first skip the certificates.
TEST_P(Resumption, SparesALaterHandshakeItsCertificates) {
    auto context = test_support::make_server_context(make_leaf(authority_));
    SSL_CTX_set_max_proto_version(context.get(), GetParam());
    constexpr unsigned char name[] = "test";
    SSL_CTX_set_session_id_context(context.get(), name, sizeof name);
    auto* const counters = context.get(); // which the server keeps as long as it lives
    const auto closing = [](Reply reply) {
        reply.then = Reply::Then::close;
        reply.headers.emplace_back("Connection", "close");
        return reply;
    };
    ScriptedApi api(
        {.submit = [&](const Request&, int) { return closing(accepted("job-1")); },
         .poll = [&](const Request&, int nth) { return closing(nth < 2 ? still_running() : finished()); }},
        std::move(context));
    auto spec = api.spec();
    spec.connection["ca_file"] = directory_.write("ca.pem", authority_.certificate_pem);
    NodeHost host;
    const auto result = host.run(spec);
    EXPECT_EQ(video_of(result), video_url) << describe(result);
    EXPECT_EQ(api.server().connections_accepted(), 4U);
    EXPECT_EQ(SSL_CTX_sess_hits(counters), 3);
}

INSTANTIATE_TEST_SUITE_P(Versions, Resumption, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& version) {
                             return version.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
                         });

TEST_F(Tls, AServerWithoutTlsIsToldFromAnUntrustedOne) {
    ScriptedApi api;
    auto spec = api.spec();
    spec.connection["base_url"] = "https://127.0.0.1:" + std::to_string(api.server().port());
    spec.connection["ca_file"] = directory_.write("ca.pem", authority_.certificate_pem);
    NodeHost host;
    expect_refused(host.run(spec), "does not speak TLS on this port; check the URL");
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
