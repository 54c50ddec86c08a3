#include "request/connection_source.hpp"

#include <gtest/gtest.h>

#include <map>

namespace cli {
namespace {

const char schema_with_switch[] =
    R"({"properties":{"api_key":{},"base_url":{},"allow_insecure_loopback":{"type":"boolean"}}})";

Environment environment(std::map<std::string, std::string> variables) {
    return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
}

TEST(ConnectionSource, DerivesVariablesFromTheCategory) {
    EXPECT_EQ(environment_prefix("pixelml"), "PIXELML");
    EXPECT_EQ(environment_prefix("echo-service.2"), "ECHO_SERVICE_2");
}

TEST(ConnectionSource, MakesAConnectionOfTheEnvironment) {
    EXPECT_EQ(connection_from_environment("foo", "{}", environment({{"FOO_API_KEY", "k\"1"}})),
              R"({"api_key":"k\"1"})");
    EXPECT_EQ(connection_from_environment(
                  "foo", "{}", environment({{"FOO_API_KEY", "k"}, {"FOO_BASE_URL", "https://a.example"}})),
              R"({"api_key":"k","base_url":"https://a.example"})");
    EXPECT_FALSE(connection_from_environment("foo", "{}", environment({{"BAR_API_KEY", "k"}})));
}

TEST(ConnectionSource, TakesTheServiceAndTheKeysSecretWhereTheSchemaKnowsThem) {
    const auto all = environment({{"FOO_API_KEY", "k"}, {"FOO_API_SECRET", "s"}, {"FOO_API", "kling"}});
    EXPECT_EQ(connection_from_environment(
                  "foo", R"({"properties": {"api": {}, "api_key": {}, "api_secret": {}}})", all),
              R"({"api_key":"k","api":"kling","api_secret":"s"})");
    EXPECT_EQ(connection_from_environment("foo", R"({"properties": {"api_key": {}}})", all),
              R"({"api_key":"k"})");
    EXPECT_FALSE(connection_from_environment("foo", R"({"properties": {"api_secret": {}}})",
                                             environment({{"FOO_API_SECRET", "s"}})));
}

TEST(ConnectionSource, AllowsHttpTowardsThisMachineWhereTheSchemaKnowsTheSwitch) {
    const auto local = environment({{"FOO_BASE_URL", "http://127.0.0.1:8080"}});
    EXPECT_EQ(connection_from_environment("foo", schema_with_switch, local),
              R"({"base_url":"http://127.0.0.1:8080","allow_insecure_loopback":true})");
    EXPECT_EQ(connection_from_environment("foo", "{}", local), R"({"base_url":"http://127.0.0.1:8080"})");
    EXPECT_EQ(connection_from_environment("foo", schema_with_switch,
                                          environment({{"FOO_BASE_URL", "https://example.com"}})),
              R"({"base_url":"https://example.com"})");
}

} // namespace
} // namespace cli
