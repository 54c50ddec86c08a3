#include "api/connection.hpp"
#include "api/credentials.hpp"
#include "job/api_service.hpp"
#include "job/flow_story.hpp"
#include "nodes/apis.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace job_engine {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t some_day = 1'700'000'000;
constexpr const char* access_key = "access-key-1";
constexpr const char* secret_key = "secret-key-of-the-tests";

// Made with Python's hmac:
//   part = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=")
//   text = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(
//       {"iss": key, "exp": now + 1800, "nbf": now - 5}, separators=(",", ":")).encode())
//   token = text + b"." + part(hmac.new(secret, text, hashlib.sha256).digest())
constexpr const char* known_token =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    "eyJpc3MiOiJhY2Nlc3Mta2V5LTEiLCJleHAiOjE3MDAwMDE4MDAsIm5iZiI6MTY5OTk5OTk5NX0."
    "Lo1KHsMha5wSYPhFR7Y3RgdjYqshn1VyNKUBnsE56v4";
// The same of the key access"k\ey.
constexpr const char* token_of_odd_key =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    "eyJpc3MiOiJhY2Nlc3NcImtcXGV5IiwiZXhwIjoxNzAwMDAxODAwLCJuYmYiOjE2OTk5OTk5OTV9."
    "AmFqNIjh118QJbXctW8XEiFsbmR18EZ6Nk3c7G9YFE8";

Binding signed_binding(const std::string& value = "Bearer {{jwt}}") {
    Binding binding;
    binding.name = "Example";
    binding.authorization_header = "Authorization";
    binding.authorization_value = value;
    binding.jwt = JwtRule{1800s, 5s};
    return binding;
}

std::string token_at(std::int64_t time) {
    return std::string(
        signed_authorization(access_key, secret_key, signed_binding("{{jwt}}"), time).value.view());
}

TEST(SignedAuthorization, IsTheTokenThatOthersMake) {
    const auto made = signed_authorization(access_key, secret_key, signed_binding(), some_day);
    EXPECT_EQ(made.value.view(), "Bearer " + std::string(known_token));
    EXPECT_EQ(made.signature.view(),
              std::string(known_token).substr(std::string(known_token).rfind('.') + 1));
    EXPECT_EQ(
        signed_authorization("access\"k\\ey", secret_key, signed_binding("{{jwt}}"), some_day).value.view(),
        token_of_odd_key);
}

TEST(SignedAuthorization, MayStandInTheQuery) {
    auto binding = signed_binding("");
    binding.authorization_header = "";
    binding.authorization_query = "token";
    EXPECT_EQ(signed_authorization(access_key, secret_key, binding, some_day).value.view(), known_token);
}

TEST(SignedAuthorization, EachBeginsAndExpiresByTheClock) {
    for (const std::int64_t time : {some_day, some_day + 1801, some_day + 86'400}) {
        const auto text = token_at(time);
        auto claims = text.substr(text.find('.') + 1);
        claims.resize(claims.find('.'));
        std::string decoded;
        unsigned int bits = 0;
        int count = 0;
        constexpr std::string_view digits =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (const char c : claims) {
            bits = bits << 6U | static_cast<unsigned int>(digits.find(c));
            if ((count += 6) >= 8)
                decoded.push_back(static_cast<char>(bits >> static_cast<unsigned int>(count -= 8) & 0xffU));
        }
        const auto object = boost::json::parse(decoded).as_object();
        EXPECT_EQ(object.at("iss"), access_key);
        EXPECT_EQ(object.at("exp"), time + 1800);
        EXPECT_EQ(object.at("nbf"), time - 5);
        EXPECT_EQ(object.size(), 3U);
    }
}

TEST(SecretsOf, HoldTheTokensOfAnyTime) {
    const auto secrets = secrets_of(access_key, secret_key, signed_binding());
    for (const auto time : {some_day, some_day + 1, some_day + 1801, some_day * 10}) {
        const auto text = token_at(time);
        const auto dot = text.find('.') + 1;
        EXPECT_EQ(without_secrets("a " + text + " b", secrets), "a *** b");
        EXPECT_EQ(without_secrets("a \"" + text.substr(dot) + "\" b", secrets), "a \"***\" b");
        EXPECT_EQ(without_secrets(text, secrets), "***");
    }
    EXPECT_EQ(without_secrets("the keys access-key-1 and secret-key-of-the-tests", secrets),
              "the keys *** and ***");
    const auto plain = std::string("{\"alg\": \"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.x\"}");
    EXPECT_EQ(without_secrets(plain, secrets), plain) << "another's token";
}

Result<std::shared_ptr<const Connection>> connection_to(const std::string& api, const std::string& more) {
    const auto& node = testing::image_to_video_definition();
    return read_connection(R"({"api_key": "access-key-1", "api": ")" + api + "\"" + more + "}",
                           testing::definitions().connection, node.binding_rules, node.built_in_binding);
}

TEST(ApiSecret, IsAskedForWhereItIsNeeded) {
    for (const auto* more : {"", R"(, "api_secret": "")", R"(, "api_secret": " \n")"}) {
        const auto connection = connection_to("kling_access_key", more);
        ASSERT_FALSE(connection) << more;
        EXPECT_EQ(connection.error().code, ErrorCode::invalid_connection);
        EXPECT_EQ(connection.error().details.at(0).path, "/api_secret");
        EXPECT_THAT(connection.error().message, HasSubstr("api_secret is missing, and Kling (access key)"));
        EXPECT_THAT(connection.error().message, HasSubstr("give the secret"));
    }
    const auto connection = connection_to("kling_access_key", R"(, "api_secret": " s3cret-one\n")");
    ASSERT_TRUE(connection) << connection.error().message;
    EXPECT_EQ((*connection)->api_secret.view(), "s3cret-one");
    EXPECT_TRUE((*connection)->authorization.empty()) << "each request has its own";
}

// Somebody who gave one expects that it is used, and has chosen another service by mistake.
TEST(ApiSecret, IsRefusedWhereItIsOfNoUse) {
    for (const auto* api : {"pixelml", "kling"}) {
        const auto connection = connection_to(api, R"(, "api_secret": "s3cret-one")");
        ASSERT_FALSE(connection) << api;
        EXPECT_EQ(connection.error().details.at(0).path, "/api_secret");
        EXPECT_THAT(connection.error().message, HasSubstr("leave it empty, or choose"));
        EXPECT_THAT(connection.error().message, Not(HasSubstr("s3cret")));
        EXPECT_TRUE(connection_to(api, R"(, "api_secret": "")")) << "as a form leaves it";
    }
}

TEST(ApiSecret, IsNoPartOfTheAccount) {
    const auto one = *connection_to("kling_access_key", R"(, "api_secret": "s3cret-one")");
    const auto other = *connection_to("kling_access_key", R"(, "api_secret": "s3cret-two")");
    EXPECT_EQ(account_key(*one), account_key(*other));
    EXPECT_THAT(service_key(*one), Not(HasSubstr("s3cret")));
}

TEST(ApiSecret, IsNotKeptBeyondTheRuns) {
    const std::string text =
        R"({"api_key": "access-key-1", "api": "kling_access_key", "api_secret": "s3cret-one"})";
    const auto& node = testing::image_to_video_definition();
    const auto connection =
        *read_connection(text, testing::definitions().connection, node.binding_rules, node.built_in_binding);
    const auto kept = without_key(*connection);
    ASSERT_TRUE(kept);
    EXPECT_TRUE(kept->api_secret.empty());
    EXPECT_TRUE(kept->secrets.empty());
    const auto again = with_key_of(text, *kept);
    EXPECT_EQ(again->api_secret.view(), "s3cret-one");
    EXPECT_EQ(again->secrets.size(), connection->secrets.size());
}

} // namespace
} // namespace job_engine
