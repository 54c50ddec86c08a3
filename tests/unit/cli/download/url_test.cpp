#include "download/inner_address.hpp"
#include "download/url.hpp"
#include "download/url_expiry.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

Url url_of(const std::string& text) {
    return parse_url(text).value_or(Url());
}

TEST(Url, HasWhatIsAskedWhere) {
    const Url url = url_of("HTTPS://Store.Example/a%20b/Clip.MP4?Key=x%26y&flag&=z#part");
    EXPECT_EQ(url.scheme, "https");
    EXPECT_EQ(url.host, "store.example");
    EXPECT_EQ(url.port, "443");
    ASSERT_EQ(url.query.size(), 3u);
    EXPECT_EQ(url.query[0], (std::pair<std::string, std::string>("key", "x&y")));
    EXPECT_EQ(url.query[1].second, "");
    EXPECT_EQ(extension_of(url), "mp4");
    EXPECT_EQ(extension_of(url_of("https://a.example/v1.2/file")), "");
    EXPECT_EQ(url_of("http://[::1]:8080/").host, "[::1]");
    EXPECT_EQ(url_of("http://127.1/").host, "127.0.0.1"); // as it would be connected to
}

TEST(Url, IsHttpOrHttps) {
    for (const char* text : {"", "clip.mp4", "/v.mp4", "data:video/mp4;base64,AAAA", "ftp://a.example/v.mp4",
                             "file:///etc/passwd", "https://"})
        EXPECT_FALSE(parse_url(text)) << text;
    EXPECT_FALSE(parse_url(std::string("https://a.example/\0", 19)));
}

TEST(Url, ResolvesReferences) {
    const Url base = url_of("https://a.example/x/y?z=1");
    EXPECT_EQ(resolve_url(base, "/v.mp4")->text, "https://a.example/v.mp4");
    EXPECT_EQ(resolve_url(base, "v.mp4")->text, "https://a.example/x/v.mp4");
    EXPECT_EQ(resolve_url(base, "//b.example/v")->text, "https://b.example/v");
    EXPECT_EQ(resolve_url(base, "http://b.example/a b")->text, "http://b.example/a%20b");
    EXPECT_FALSE(resolve_url(base, "file:///etc/passwd"));
}

TEST(Url, AnOriginIsSchemeHostAndPort) {
    EXPECT_TRUE(same_origin(url_of("https://a.example/x"), url_of("https://A.example:443/y")));
    for (const char* other : {"http://a.example/", "https://a.example:444/", "https://b.example/",
                              "https://a.example.evil/", "https://a.example@evil.example/"})
        EXPECT_FALSE(same_origin(url_of("https://a.example/"), url_of(other))) << other;
}

std::string expiry(const std::string& query) {
    const auto seconds = expiry_of(url_of("https://a.example/v.mp4?" + query));
    return seconds ? utc_text(*seconds) : "";
}

TEST(UrlExpiry, IsWhatTheStoreHasSigned) {
    EXPECT_EQ(expiry("X-Amz-Date=20260131T120000Z&X-Amz-Expires=3600&X-Amz-Signature=x"),
              "2026-01-31T13:00:00Z");
    EXPECT_EQ(expiry("X-Goog-Date=20260131T235959Z&X-Goog-Expires=1"), "2026-02-01T00:00:00Z");
    EXPECT_EQ(expiry("x-oss-expires=1&x-oss-date=20260131T235959Z"), "2026-02-01T00:00:00Z");
    EXPECT_EQ(expiry("Expires=1769860800&Signature=x"), "2026-01-31T12:00:00Z");
    EXPECT_EQ(expiry("sp=r&se=2026-01-31T12%3A00%3A00Z&sig=x"), "2026-01-31T12:00:00Z");
    EXPECT_EQ(expiry("se=2026-01-31T12:00Z&sig=x"), "2026-01-31T12:00:00Z");
    EXPECT_EQ(expiry("se=2026-01-31&sig=x"), "2026-01-31T00:00:00Z");
}

TEST(UrlExpiry, IsNotGuessed) {
    for (const char* query :
         {"", "X-Amz-Date=20260131T120000Z", "X-Amz-Expires=3600", "X-Amz-Date=soon&X-Amz-Expires=3600",
          "X-Amz-Date=20260131T120000Z&X-Amz-Expires=-1", "Expires=never", "Expires=12",
          "Expires=99999999999999999999", "se=2026-01-31", "se=31.1.2026&sig=x",
          "X-Amz-Date=20260131T120000Z&X-Amz-Expires=18446744073709551615"})
        EXPECT_EQ(expiry(query), "") << query;
}

TEST(InnerAddress, IsNotOfThePublicInternet) {
    for (const char* address : {"127.0.0.1",
                                "127.255.0.9",
                                "0.0.0.0",
                                "10.1.2.3",
                                "100.64.0.1",
                                "169.254.169.254",
                                "172.16.0.1",
                                "172.31.255.255",
                                "192.168.1.1",
                                "198.18.0.1",
                                "224.0.0.1",
                                "255.255.255.255",
                                "::",
                                "::1",
                                "fe80::1",
                                "fc00::1",
                                "fd12::1",
                                "ff02::1",
                                "::ffff:10.0.0.1",
                                "64:ff9b::10.0.0.1",
                                "2002:a00:1::",
                                "2001:db8::1"})
        EXPECT_TRUE(is_inner_address(address)) << address;
    for (const char* address : {"8.8.8.8", "172.15.0.1", "172.32.0.1", "192.167.1.1", "100.63.0.1",
                                "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "store.example", ""})
        EXPECT_FALSE(is_inner_address(address)) << address;
    EXPECT_TRUE(is_inner_host("localhost"));
    EXPECT_TRUE(is_inner_host("[fd12::1]"));
    EXPECT_TRUE(is_loopback_host("[::1]"));
    EXPECT_FALSE(is_loopback_host("10.0.0.1"));
    EXPECT_FALSE(is_inner_host("localhost.example"));
}

} // namespace
} // namespace cli
