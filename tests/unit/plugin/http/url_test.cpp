#include "http/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace job_engine {
namespace {

using ::testing::HasSubstr;

std::string fault(std::string_view text, bool loopback = false) {
    return media_url_fault(text, loopback).value_or("none");
}

TEST(Url, IsTakenApart) {
    const auto url = *parse_http_url("https://user:pw@API.Example:8443/a/b?x=1#part");
    EXPECT_EQ(url.origin, (Origin{true, "api.example", 8443}));
    EXPECT_EQ(url.target, "/a/b?x=1");
    EXPECT_EQ(url.user_info, "user:pw");
    EXPECT_EQ(url.origin.authority(), "api.example:8443");
}

TEST(Url, HasTheDefaultsOfItsScheme) {
    EXPECT_EQ(parse_http_url("http://h")->origin, (Origin{false, "h", 80}));
    EXPECT_EQ(parse_http_url("http://h")->target, "/");
    EXPECT_EQ(parse_http_url("https://h?q")->target, "/?q");
    EXPECT_EQ(parse_http_url("https://h:443")->origin.authority(), "h");
}

TEST(Url, KnowsIpv6Addresses) {
    const auto url = *parse_http_url("http://[::1]:81/");
    EXPECT_EQ(url.origin.host, "::1");
    EXPECT_EQ(url.origin.authority(), "[::1]:81");
}

TEST(MediaUrl, IsHttpsWithAHost) {
    EXPECT_EQ(fault("https://example.com/product-shoe.jpg"), "none");
    EXPECT_EQ(fault("HTTPS://example.com"), "none");
    EXPECT_THAT(fault(""), HasSubstr("empty"));
    EXPECT_THAT(fault("photo.jpg"), HasSubstr("not absolute"));
    EXPECT_THAT(fault("//example.com/a.jpg"), HasSubstr("not absolute"));
    EXPECT_THAT(fault("ftp://example.com/a.jpg"), HasSubstr("scheme ftp"));
    EXPECT_NE(fault("file:///etc/passwd"), "none");
    EXPECT_NE(fault("data:image/png;base64,AAAA"), "none");
    EXPECT_THAT(fault("https://"), HasSubstr("no host"));
    EXPECT_THAT(fault("https:///a.jpg"), HasSubstr("no host"));
    EXPECT_THAT(fault("http://example.com/a.jpg"), HasSubstr("must use https"));
}

TEST(MediaUrl, NamesThePlaceOfABadCharacter) {
    EXPECT_THAT(fault("https://example.com/a b.jpg"), HasSubstr("position 22"));
    EXPECT_THAT(fault("https://example.com/\xc3\xa4.jpg"), HasSubstr("position 21"));
    EXPECT_NE(fault("https://example.com/\r\nX-Evil: 1"), "none");
    EXPECT_NE(fault(" https://example.com/"), "none");
}

TEST(MediaUrl, HasALimit) {
    const std::string start = "https://example.com/";
    EXPECT_EQ(fault(start + std::string(8192 - start.size(), 'a')), "none");
    EXPECT_THAT(fault(start + std::string(8193 - start.size(), 'a')), HasSubstr("8 KiB"));
}

TEST(MediaUrl, HasAPortInRange) {
    EXPECT_NE(fault("https://example.com:0/"), "none");
    for (const auto* port : {"65536", "99999", "131153", "165536", "18446744073709551695"})
        EXPECT_NE(fault("https://example.com:" + std::string(port) + "/"), "none") << port;
    EXPECT_EQ(fault("https://example.com:65535/"), "none");
}

TEST(MediaUrl, MayBeHttpOnLoopbackOnlyWhereAllowed) {
    for (const auto* url : {"http://127.0.0.1:8080/a.jpg", "http://localhost/a.jpg", "http://[::1]/a.jpg",
                            "http://127.9.9.9/", "http://app.localhost/"}) {
        EXPECT_EQ(fault(url, true), "none") << url;
        EXPECT_THAT(fault(url, false), HasSubstr("allow_insecure_loopback")) << url;
    }
    for (const auto* url : {"http://example.com/", "http://localhost.example.com/",
                            "http://127.0.0.1.example.com/", "http://192.168.0.1/", "http://0.0.0.0/"})
        EXPECT_NE(fault(url, true), "none") << url;
}

TEST(SameOrigin, ResolvesAReferenceFromAReply) {
    const Origin origin{true, "api.example", 443};
    const auto target = [&](std::string_view reference) {
        return same_origin_target(origin, "/v1/jobs", reference).value_or("none");
    };
    EXPECT_EQ(target("https://api.example/x?y=1"), "/x?y=1");
    EXPECT_EQ(target("https://API.example:443/x"), "/x");
    EXPECT_EQ(target("/x"), "/x");
    EXPECT_EQ(target("7"), "/v1/7");
    EXPECT_EQ(target("//api.example/x"), "/x");
}

TEST(SameOrigin, RefusesAnotherOrigin) {
    const Origin origin{true, "api.example", 443};
    for (const auto* reference :
         {"https://evil.example/x", "http://api.example/x", "https://api.example:8443/x", "//evil.example/x",
          "https://api.example@evil.example/", "https://user@api.example/x", "javascript:alert(1)", "",
          "https://a b/"})
        EXPECT_FALSE(same_origin_target(origin, "/v1", reference)) << reference;
}

TEST(ResolvedUrl, LeadsToAnAbsoluteUrl) {
    const std::string base = "https://images.example/a/b.jpg?c";
    EXPECT_EQ(resolved_url(base, "../d.jpg"), "https://images.example/d.jpg");
    EXPECT_EQ(resolved_url(base, "//cdn.example/e"), "https://cdn.example/e");
    EXPECT_EQ(resolved_url(base, "http://cdn.example/e"), "http://cdn.example/e");
    // The first two failed an assertion of Boost.URL's.
    for (const auto* reference : {"https:\xC9", "s:\xC9", "mailto:x", "", "a b", "a\r\nb", "/a\x80"})
        EXPECT_FALSE(resolved_url(base, reference)) << reference;
}

TEST(Percent, EncodesASegment) {
    EXPECT_EQ(percent_encoded_segment("a/b?c#d e"), "a%2Fb%3Fc%23d%20e");
    EXPECT_EQ(percent_encoded_segment("../x"), "..%2Fx");
    EXPECT_EQ(percent_encoded_segment("az-09._~"), "az-09._~");
}

// As a browser's address bar does it.
TEST(PercentEncodedUrl, EncodesWhatStandsBehindTheHost) {
    EXPECT_EQ(percent_encoded_url("https://e.com/my photo.jpg"), "https://e.com/my%20photo.jpg");
    EXPECT_EQ(percent_encoded_url("https://e.com/\xC3\xA9.jpg?q=\xC3\xA9 x#a b"),
              "https://e.com/%C3%A9.jpg?q=%C3%A9%20x#a%20b");
    EXPECT_EQ(percent_encoded_url("https://e.com/a%20b?x=1&y=%C3%A9"), "https://e.com/a%20b?x=1&y=%C3%A9");
    EXPECT_EQ(percent_encoded_url("https://e.com/100%.jpg"), "https://e.com/100%25.jpg");
    EXPECT_EQ(percent_encoded_url("https://e.com/a\\b[1]{2}|^.jpg"),
              "https://e.com/a/b%5B1%5D%7B2%7D%7C%5E.jpg");
}

TEST(PercentEncodedUrl, LeavesTheHostAndControlCharacters) {
    for (const auto* text : {"https://\xC3\xA9.com/a.jpg", "https://e.com", "no url at all", "",
                             "https://[::1]/a", "https://e.com/\r\nX-Evil:1"})
        EXPECT_EQ(percent_encoded_url(text), text);
}

} // namespace
} // namespace job_engine
