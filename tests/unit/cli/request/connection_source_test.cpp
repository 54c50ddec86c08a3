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

TEST(ConnectionSource, AllowsHttpTowardsThisMachineWhereTheSchemaKnowsTheSwitch) {
    const auto local = environment({{"FOO_BASE_URL", "http://127.0.0.1:8080"}});
    EXPECT_EQ(connection_from_environment("foo", schema_with_switch, local),
              R"({"base_url":"http://127.0.0.1:8080","allow_insecure_loopback":true})");
    EXPECT_EQ(connection_from_environment("foo", "{}", local), R"({"base_url":"http://127.0.0.1:8080"})");
    EXPECT_EQ(connection_from_environment("foo", schema_with_switch,
                                          environment({{"FOO_BASE_URL", "http://example.com"}})),
              R"({"base_url":"http://example.com"})");
}

TEST(ConnectionSource, KnowsLoopback) {
    for (const char* url :
         {"http://localhost", "http://localhost:1/x", "http://127.9.0.1/", "http://[::1]:80"})
        EXPECT_TRUE(is_insecure_loopback(url)) << url;
    for (const char* url :
         {"https://localhost", "http://localhost.example.com", "http://127.0.0.1.example.com",
          "http://localhost@example.com", "http://127.0.0.1:1@example.com", "http://[::1", "http://[::2]",
          "http://128.0.0.1", "localhost", ""})
        EXPECT_FALSE(is_insecure_loopback(url)) << url;
}

} // namespace
} // namespace cli
