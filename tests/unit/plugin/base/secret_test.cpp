#include "base/secret.hpp"
#include "json/json_text.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace job_engine {
namespace {

TEST(Secret, HoldsItsText) {
    const Secret secret("k-1");
    EXPECT_EQ(secret.view(), "k-1");
    EXPECT_TRUE(Secret().empty());
    EXPECT_FALSE(secret.empty());
    auto copy = secret;
    EXPECT_EQ(copy.view(), secret.view());
    copy = Secret("k-2");
    EXPECT_EQ(secret.view(), "k-1");
}

TEST(Secret, DoesNotKeepAShortTextInsideItsObject) {
    const Secret secret("s3cret");
    const auto* object = static_cast<const char*>(static_cast<const void*>(&secret));
    const auto* text = secret.view().data();
    const std::less<> before;
    EXPECT_TRUE(before(text, object) || !before(text, object + sizeof secret));
}

TEST(Secret, ATokensBeginningHidesItToItsEnd) {
    const Secret beginning("eyJhbGci.abc", Secret::Kind::begins_token);
    EXPECT_EQ(without_secret("is eyJhbGci.abcDEF-1_2.xyz, not eyJhbGci.abc or eyJhbGci.ab", beginning),
              "is ***, not *** or eyJhbGci.ab");
    EXPECT_EQ(without_secret("eyJhbGci.abcDEF", beginning), "***");
    EXPECT_EQ(without_secret("eyJhbGci.abcDEF", Secret("eyJhbGci.abc")), "***DEF");
}

TEST(Secrets, AreFoundHoweverTheirCharactersAreWritten) {
    const std::vector<Secret> secrets{Secret(R"(a/b"c\d%e+f)"), Secret("short")};
    for (const auto* text :
         {R"(a/b"c\d%e+f)", R"(a/b\"c\\d%e+f)", R"(a\/b\"c\\d%e+f)", R"(a/b\\\"c\\\\d%e+f)",
          R"(\u0061\u002F\u0062\u0022\u0063\u005c\u0064\u0025\u0065\u002b\u0066)",
          R"(a\\u002fb\\u0022c\\u005Cd%e\\u002bf)", "a%2Fb%22c%5Cd%25e%2Bf", "a%252fb%2522c%255cd%25e%252bf",
          "%61%2f%62%22%63%5c%64%25%65%2b%66", R"(a/b%22c\u005Cd%e\u002Bf)"}) {
        EXPECT_TRUE(holds_secret("<" + std::string(text) + ">", secrets)) << text;
        EXPECT_EQ(without_secrets("<" + std::string(text) + "><" + text, secrets), "<***><***") << text;
    }
    for (const auto* text : {"", "a", R"(a/b"c\d%e+)", R"(a/b"c\d%e+g)", "%", "%6", "\\", "\\u006", "%25",
                             "%%%25%25", "short", R"(A/b"c\d%e+f)"}) {
        EXPECT_FALSE(holds_secret(text, secrets)) << text;
        EXPECT_EQ(without_secrets(text, secrets), text);
    }
}

TEST(Secrets, WithEscapesOfTheirOwnAreFound) {
    for (const std::string secret : {"ab%25cdefgh", "%25%25abcd", R"(pass\\word1)", R"(tail-secret\\)"}) {
        const std::vector<Secret> secrets{Secret(secret)};
        auto in_json = boost::json::serialize(boost::json::value(secret));
        in_json = in_json.substr(1, in_json.size() - 2);
        for (const auto& text : {secret, in_json}) {
            EXPECT_EQ(without_secrets("<" + text + ">", secrets), "<***>") << text;
            EXPECT_TRUE(parse_json(without_secrets(R"({"a": ")" + in_json + "\"}", secrets))) << text;
        }
    }
}

TEST(Secrets, BehindARowOfBackslashesLeaveJsonAsItIs) {
    const std::vector<Secret> secrets{Secret("a secret")};
    for (std::size_t pairs = 30; pairs < 36; ++pairs) {
        const auto masked =
            without_secrets("{\"a\": \"" + std::string(2 * pairs, '\\') + "a secret\"}", secrets);
        EXPECT_TRUE(parse_json(masked)) << masked;
        EXPECT_EQ(masked.find("secret"), std::string::npos);
    }
}

// By the square of its length it would take hours.
TEST(Secrets, AreLookedForInALongTextOfNothingButEscapes) {
    const std::vector<Secret> secrets{Secret("a/b secret"), Secret(R"(\a secret)")};
    for (const auto* escape : {"\\", "%25", "%", R"(\u005c)"}) {
        std::string text;
        while (text.size() < (std::size_t{1} << 20))
            text += escape;
        EXPECT_FALSE(holds_secret(text, secrets)) << escape;
        EXPECT_TRUE(without_secrets(text + " a/b secret", secrets) == text + " ***") << escape;
    }
}

TEST(Secrets, AreMaskedHoweverOftenTheyStandInALongText) {
    const std::vector<Secret> secrets{Secret("a secret")};
    for (const auto* separator : {" ", "%"}) {
        std::string text;
        std::string masked;
        for (int i = 0; i < 100'000; ++i) {
            text.append("a secret").append(separator);
            masked.append("***").append(separator);
        }
        EXPECT_TRUE(without_secrets(text, secrets) == masked) << separator;
    }
}

TEST(Secrets, LeaveJsonAsItIs) {
    const std::vector<Secret> secrets{Secret(R"(secret\)"), Secret(R"("secret)")};
    for (const auto* text : {R"({"a": "secret\\"})", R"({"a": "secret\\\"", "b": "\\\"secret"})",
                             R"({"a": "\\", "secret\\": 1})"}) {
        const auto masked = without_secrets(text, secrets);
        EXPECT_TRUE(parse_json(masked)) << masked;
        EXPECT_NE(masked.find("***"), std::string::npos);
    }
}

TEST(WipingResource, IsUsedForAllOfAParsedText) {
    WipingResource resource;
    const boost::json::memory_resource& base = resource;
    EXPECT_TRUE(base.is_equal(resource));
    EXPECT_FALSE(base.is_equal(WipingResource()));
    const auto value = parse_json(R"({"api_key": "a long enough text to be allocated"})", &resource);
    ASSERT_TRUE(value);
    EXPECT_EQ(value->storage().get(), &resource);
    EXPECT_EQ(value->as_object().at("api_key").as_string().storage().get(), &resource);
}

// What was read up to the error is given back as it was asked for, which the sanitizers see.
TEST(WipingResource, TakesBackWhatAnInvalidTextLeft) {
    for (const auto* text :
         {R"({"api_key": "a long enough text to be allocated", "base_url": )",
          R"({"a key that is long enough": {"another": [1, "a text", )", "{\"a\": \"\xff\"}"}) {
        WipingResource resource;
        EXPECT_FALSE(parse_json(text, &resource)) << text;
    }
}

TEST(UrlSignature, StandsNowhere) {
    EXPECT_EQ(without_url_signatures("GET https://a.example/b?X-Amz-Date=1&X-Amz-Signature=0a1b2c failed"),
              "GET https://a.example/b?X-Amz-Date=1&*** failed");
    EXPECT_EQ(without_url_signatures("to=https%3A%2F%2Fa.example%3FX-Amz-Signature%3D0a1b2c&b=1"),
              "to=https%3A%2F%2Fa.example%3F***&b=1");
    EXPECT_EQ(without_url_signatures("no signature"), "no signature");
}

} // namespace
} // namespace job_engine
