#include "api/connection.hpp"
#include "job/flow_story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace job_engine {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

Result<std::shared_ptr<const Connection>> connection_from(const std::string& text) {
    const auto& node = testing::image_to_video_definition();
    return read_connection(text, testing::definitions().connection, node.binding_rules,
                           node.built_in_binding);
}

Result<std::shared_ptr<const Connection>> read_with(const std::string& members) {
    return connection_from(R"({"api_key": "s3cret-key", )" + members + "}");
}

TEST(Connection, NeedsOnlyItsKey) {
    const auto connection = *connection_from(R"({"api_key": "s3cret-key"})");
    EXPECT_EQ(connection->authorization.view(), "Bearer s3cret-key");
    EXPECT_EQ(connection->origin, (Origin{true, "api.pixelml.com", 443}));
    EXPECT_EQ(connection->base_path, "");
    EXPECT_FALSE(connection->allow_insecure_loopback);
    EXPECT_FALSE(connection->idempotent_submit);
    EXPECT_EQ(connection->max_connections, 64U);
    EXPECT_EQ(connection->max_running, 0U);
    EXPECT_EQ(connection->max_submits_per_hour, 0U);
    EXPECT_EQ(connection->request_timeout, 30s);
    EXPECT_EQ(connection->job_timeout, 15min);
    EXPECT_FALSE(connection->proxy);
    EXPECT_EQ(connection->binding, testing::image_to_video_definition().built_in_binding);
}

TEST(Connection, ReadsEveryMember) {
    const auto connection = *read_with(R"("base_url": "http://localhost:8080/api/", "ca_file": "/ca.pem",
        "allow_insecure_loopback": true, "idempotent_submit": true, "max_connections": 3, "max_running": 2,
        "max_submits_per_hour": 12,
        "request_timeout_ms": 5000.0, "job_timeout_ms": 60000, "proxy": "http://me:p%40ss@proxy:3128")");
    EXPECT_EQ(connection->origin, (Origin{false, "localhost", 8080}));
    EXPECT_EQ(connection->base_path, "/api");
    EXPECT_EQ(connection->ca_file, "/ca.pem");
    EXPECT_TRUE(connection->idempotent_submit);
    EXPECT_EQ(connection->max_connections, 3U);
    EXPECT_EQ(connection->max_running, 2U);
    EXPECT_EQ(connection->max_submits_per_hour, 12U);
    EXPECT_EQ(connection->request_timeout, 5s);
    EXPECT_EQ(connection->job_timeout, 60s);
    EXPECT_EQ(connection->proxy.value().origin, (Origin{false, "proxy", 3128}));
    EXPECT_EQ(connection->proxy.value().authorization.view(), "Basic bWU6cEBzcw=="); // me:p@ss
}

TEST(Connection, ChecksImagesUnlessTheApiIsOnThisMachine) {
    EXPECT_TRUE((*read_with(R"("base_url": "https://api.example")"))->check_media);
    EXPECT_FALSE((*read_with(R"("base_url": "https://localhost:8443")"))->check_media);
    EXPECT_FALSE((*read_with(R"("base_url": "https://api.example", "check_image": false)"))->check_media);
    EXPECT_TRUE((*read_with(R"("base_url": "https://127.0.0.1", "check_image": true)"))->check_media);
}

// People paste passwords as they are.
TEST(Connection, AProxyPasswordMayBeEncodedOrNot) {
    for (const auto* proxy : {"http://me:p%40s%2Fs@proxy:3128", "http://me:p@s/s@proxy:3128"}) {
        const auto connection = *read_with(R"("proxy": ")" + std::string(proxy) + '"');
        EXPECT_EQ(connection->proxy.value().origin, (Origin{false, "proxy", 3128})) << proxy;
        EXPECT_EQ(connection->proxy.value().authorization.view(), "Basic bWU6cEBzL3M=") << proxy; // me:p@s/s
    }
    const auto percent = *read_with(R"("proxy": "http://me:100%@proxy:3128")");
    EXPECT_EQ(percent->proxy.value().authorization.view(), "Basic bWU6MTAwJQ=="); // me:100%
}

TEST(Connection, FaultsNameTheMemberAndNoSecret) {
    struct Case {
        const char* text;
        const char* path;
    };
    for (const auto& [text, path] : {
             Case{"", ""},
             Case{"[]", ""},
             Case{"{}", "/api_key"},
             Case{R"({"api_key": ""})", "/api_key"},
             Case{R"({"api_key": "s3cret key"})", "/api_key"},
             Case{R"({"api_key": "s3cret\r\nX-Evil: 1"})", "/api_key"},
             Case{R"({"api_key": ["s3cret"]})", "/api_key"},
             Case{R"({"api_key": "s3cret", "api_kye": 1})", "/api_kye"},
             Case{R"({"api_key": "s3cret", "base_url": "http://example.com"})", "/base_url"},
             Case{R"({"api_key": "s3cret", "base_url": "http://127.0.0.1"})", "/base_url"},
             Case{R"({"api_key": "s3cret", "base_url": "https://me:s3cret@example.com"})", "/base_url"},
             Case{R"({"api_key": "s3cret", "base_url": "https://example.com/?key=s3cret"})", "/base_url"},
             Case{R"({"api_key": "s3cret", "base_url": "example.com"})", "/base_url"},
             Case{R"({"api_key": "s3cret", "max_connections": 0})", "/max_connections"},
             Case{R"({"api_key": "s3cret", "request_timeout_ms": 1.5})", "/request_timeout_ms"},
             Case{R"({"api_key": "s3cret", "proxy": "https://s3cret@proxy"})", "/proxy"},
             Case{R"({"api_key": "s3cret", "proxy": "socks5://proxy"})", "/proxy"},
             Case{R"({"api_key": "s3cret", "proxy": "http://proxy/path"})", "/proxy"},
             Case{R"({"api_key": "s3cret", "api_binding": {}})", "/api_binding/name"},
         }) {
        const auto result = connection_from(text);
        ASSERT_FALSE(result) << text;
        const auto& error = result.error();
        EXPECT_EQ(error.code, ErrorCode::invalid_connection) << text;
        ASSERT_FALSE(error.details.empty()) << text;
        EXPECT_EQ(error.details.front().path, path) << text;
        EXPECT_THAT(error.message, Not(HasSubstr("s3cret"))) << text;
        for (const auto& detail : error.details)
            EXPECT_THAT(detail.message, Not(HasSubstr("s3cret"))) << text;
    }
}

TEST(Connection, KeysAreHonouredAsTheBindingSaysUnlessTheConnectionKnowsBetter) {
    const std::string binding = R"("api_binding": {"name": "Example", "base_url": "https://api.example.com",
        "submit": {"method": "POST", "path": "/jobs", "body": {"image": "{{image}}"}},
        "poll": {"method": "GET", "path": "/jobs/{id}"}, "reply": {"id": [], "status": [], "video": []},
        "status_words": {"success": [], "failed": []})";
    const std::string honoured = R"(, "idempotency": {"header": "X-Key", "honoured": true}})";
    EXPECT_TRUE((*read_with(binding + honoured))->idempotent_submit);
    EXPECT_FALSE((*read_with(R"("idempotent_submit": false, )" + binding + honoured))->idempotent_submit);
    // Without a header there is no key that could be honoured.
    EXPECT_FALSE((*read_with(R"("idempotent_submit": true, )" + binding + "}"))->idempotent_submit);
}

TEST(Connection, TheKeyGoesWhereTheBindingPutsIt) {
    const std::string start =
        R"("api_binding": {"name": "Example", "base_url": "https://api.example.com",
            "authorization": {"header": "X", "value": ")";
    const std::string rest =
        R"("}, "submit": {"method": "POST", "path": "/jobs", "body": {"image": "{{image}}"}},
        "poll": {"method": "GET", "path": "/jobs/{id}"}, "reply": {"id": [], "status": [], "video": []},
        "status_words": {"success": [], "failed": []}})";
    EXPECT_EQ((*read_with(start + "Key {{api_key}}:x" + rest))->authorization.view(), "Key s3cret-key:x");
    EXPECT_EQ((*read_with(start + "none" + rest))->authorization.view(), "none");
}

TEST(Connection, WhatIsKeptOfOneHoldsNoSecretAndGivesItAgain) {
    const std::string text =
        R"({"api_key": "s3cret-key", "base_url": "https://api.example/v2", "max_running": 7})";
    const auto connection = *connection_from(text);
    const auto kept = without_key(*connection);
    ASSERT_TRUE(kept);
    EXPECT_TRUE(kept->api_key.empty());
    EXPECT_TRUE(kept->authorization.empty());
    const auto again = with_key_of(text, *kept);
    EXPECT_EQ(again->api_key.view(), "s3cret-key");
    EXPECT_EQ(again->authorization.view(), "Bearer s3cret-key");
    EXPECT_EQ(again->origin, connection->origin);
    EXPECT_EQ(again->base_path, "/v2");
    EXPECT_EQ(again->max_running, 7U);
}

TEST(Connection, NothingIsKeptOfOneWithAProxysPassword) {
    EXPECT_FALSE(without_key(**read_with(R"("proxy": "http://user:password@127.0.0.1:3128")")));
    EXPECT_TRUE(without_key(**read_with(R"("proxy": "http://127.0.0.1:3128")")));
}

constexpr const char* with_storage =
    R"("storage": {"bucket": "photos", "access_key": " access-key-1 ", "secret_key": "secret-key-1\n"})";

TEST(Connection, TheSecretKeyOfItsStorageStandsNowhere) {
    const auto connection = *read_with(with_storage);
    EXPECT_EQ(connection->storage->keys.secret_key.view(), "secret-key-1");
    EXPECT_EQ(connection->storage->lifetime, 24h);
    EXPECT_EQ(without_secrets("access-key-1 secret-key-1 s3cret-key", connection->secrets),
              "access-key-1 *** ***")
        << "the access key is a name, such as output";
    EXPECT_FALSE(without_key(*connection)) << "its keys would be kept";
    const auto refused =
        read_with(with_storage + std::string(R"(, "api_binding": {"name": "secret-key-1"})"));
    EXPECT_THAT(refused.error().message, Not(HasSubstr("secret-key-1")));
}

TEST(Connection, SaysWhatItsStorageLacks) {
    EXPECT_THAT(read_with(R"("storage": {"bucket": "photos", "access_key": "a"})").error().message,
                HasSubstr("secret_key"));
    const auto error = read_with(R"("storage": {"bucket": "photos", "access_key": "a", "secret_key": "b",
                                    "endpoint": "http://s3.example"})")
                           .error();
    EXPECT_EQ(error.details.at(0).path, "/storage/endpoint");
    EXPECT_THAT(error.message, HasSubstr("The connection's storage/endpoint "));
}

// As people paste them.
TEST(Connection, TheEndsOfWhatWasPastedAreTrimmed) {
    const std::string text = R"({"api_key": " s3cret-key\r\n", "base_url": "\t https://api.example/v2 \n"})";
    const auto connection = *connection_from(text);
    EXPECT_EQ(connection->api_key.view(), "s3cret-key");
    EXPECT_EQ(connection->authorization.view(), "Bearer s3cret-key");
    EXPECT_EQ(connection->base_path, "/v2");
    const auto again = with_key_of(text, without_key(*connection).value());
    EXPECT_EQ(again->authorization.view(), "Bearer s3cret-key");
    EXPECT_FALSE(connection_from(R"({"api_key": " \n"})"));
}

TEST(Connection, AKeyBehindItsSchemeIsRefusedInWords) {
    for (const auto* key : {"Bearer s3cret-key", " bearer  s3cret-key"}) {
        const auto result = connection_from(R"({"api_key": ")" + std::string(key) + "\"}");
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, ErrorCode::invalid_connection);
        EXPECT_THAT(result.error().message, HasSubstr("without \"Bearer \""));
        EXPECT_THAT(result.error().message, Not(HasSubstr("s3cret")));
    }
}

TEST(Connection, ABaseUrlDoesNotRepeatTheVersionOfThePaths) {
    for (const auto* url :
         {"https://api.example/v1", "https://api.example/v1/", "https://api.example/api/v1"}) {
        const auto result = read_with(R"("base_url": ")" + std::string(url) + '"');
        ASSERT_FALSE(result) << url;
        EXPECT_EQ(result.error().details.front().path, "/base_url");
        EXPECT_THAT(result.error().message, HasSubstr("must not end in /v1"));
    }
    for (const auto* url : {"https://api.example", "https://api.example/v2", "https://api.example/v1/api",
                            "https://api.example/proxy"})
        EXPECT_TRUE(read_with(R"("base_url": ")" + std::string(url) + '"')) << url;
}

TEST(Connection, KnowsItsSecretsInEveryForm) {
    const auto connection =
        *connection_from(R"({"api_key": "s3cret/k+y=", "proxy": "http://me:pass%2Fword@127.0.0.1:3128"})");
    for (const auto* text : {"a s3cret/k+y= b", "a s3cret%2Fk%2By%3D b", "a s3cret%2fk%2by%3d b",
                             "a s3cret\\/k+y= b", "a pass/word b", "a pass%2Fword b", "a bWU6cGFzcy93b3Jk b"})
        EXPECT_EQ(without_secrets(text, connection->secrets), "a *** b") << text;
    EXPECT_FALSE(holds_secret("nothing of it", connection->secrets));
    const auto quoted = *connection_from(R"({"api_key": "s3/cr\"et"})");
    for (const auto* text : {R"(a s3/cr"et b)", R"(a s3/cr\"et b)", R"(a s3\/cr\"et b)"})
        EXPECT_EQ(without_secrets(text, quoted->secrets), "a *** b") << text;
}

} // namespace
} // namespace job_engine
