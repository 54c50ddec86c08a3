#include "download/access.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

TEST(Access, IsWhatTheConnectionSays) {
    const Access access = access_of(R"({"api_key": " key\n", "base_url": "https://api.example/v1 ",
                                        "ca_file": "ca.pem", "proxy": "http://proxy:3128",
                                        "allow_insecure_loopback": true})");
    ASSERT_TRUE(access.api);
    EXPECT_EQ(access.api->host, "api.example");
    EXPECT_EQ(access.api_key, "key");
    EXPECT_EQ(access.ca_file, "ca.pem");
    EXPECT_EQ(access.proxy, "http://proxy:3128");
    EXPECT_TRUE(access.allows_insecure_loopback);
}

TEST(Access, OfNothingIsNone) {
    for (const char* connection : {"", "[]", "{}", R"({"base_url": "", "api_key": "", "proxy": " "})"}) {
        const Access access = access_of(connection);
        EXPECT_FALSE(access.api || access.ca_file || access.proxy || access.allows_insecure_loopback);
        EXPECT_EQ(access.api_key, "");
    }
    // What would not stay one header.
    EXPECT_EQ(access_of(R"({"api_key": "a\r\nX-Evil: b"})").api_key, "");
}

std::string fault(const std::string& from, const std::string& to, bool inner_allowed = false,
                  bool insecure_loopback = false, int followed = 0) {
    Access access;
    access.allows_insecure_loopback = insecure_loopback;
    return fault_of_redirect(*parse_url(from), parse_url(to), followed, inner_allowed, access);
}

TEST(Redirect, IsFollowedWhereItIsSafe) {
    EXPECT_EQ(fault("https://a.example/", "https://b.example/"), "");
    EXPECT_EQ(fault("http://a.example/", "https://b.example/"), "");
    EXPECT_EQ(fault("https://a.example/", "https://b.example/", false, false, 4), "");
    EXPECT_NE(fault("https://a.example/", "https://b.example/", false, false, 5), "");
    EXPECT_NE(fault("https://a.example/", "ftp://b.example/"), "");
}

TEST(Redirect, DoesNotLeaveEncryption) {
    EXPECT_NE(fault("https://a.example/", "http://b.example/"), "");
    EXPECT_NE(fault("https://a.example/", "http://b.example/", true, true), "");
    EXPECT_NE(fault("https://127.0.0.1/", "http://127.0.0.1/", true, false), "");
    EXPECT_EQ(fault("https://127.0.0.1/", "http://127.0.0.1/", true, true), "");
}

TEST(Redirect, DoesNotLeadInwards) {
    EXPECT_NE(fault("https://a.example/", "https://10.0.0.1/"), "");
    EXPECT_NE(fault("https://a.example/", "http://localhost/", false, true), "");
    EXPECT_EQ(fault("https://10.0.0.2/", "https://10.0.0.1/", true), "");
}

} // namespace
} // namespace cli
