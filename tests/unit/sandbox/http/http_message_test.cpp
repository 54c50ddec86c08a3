#include "http/http_message.hpp"

#include <gtest/gtest.h>

namespace sandbox {
namespace {

namespace http = boost::beast::http;

TEST(HttpMessage, ReadsThePreferredWait) {
    EXPECT_EQ(preferred_wait("wait=5").count(), 5);
    EXPECT_EQ(preferred_wait("respond-async, Wait=7").count(), 7);
    EXPECT_EQ(preferred_wait("wait=3;foo").count(), 3);
    EXPECT_EQ(preferred_wait("wait=100000").count(), 60);
    for (const char* const prefer :
         {"", "wait", "wait=", "wait=x", "wait=-1", "wait=99999999999999", "await=5", ",,;"})
        EXPECT_EQ(preferred_wait(prefer).count(), 0) << prefer;
}

TEST(HttpMessage, TakesTheHostHeaderWhenItIsSane) {
    Client client;
    client.local_authority = "127.0.0.1:8788";
    Request request;
    EXPECT_EQ(base_url(request, client), "http://127.0.0.1:8788");
    request.set(http::field::host, "localhost:9000");
    EXPECT_EQ(base_url(request, client), "http://localhost:9000");
    client.tls = true;
    request.set(http::field::host, "[::1]:9000");
    EXPECT_EQ(base_url(request, client), "https://[::1]:9000");
    for (const std::string& host :
         {std::string("evil.example/x?"), std::string("a b"), std::string("<script>"),
          std::string("user@host"), std::string(256, 'a')}) {
        request.set(http::field::host, host);
        EXPECT_EQ(base_url(request, client), "https://127.0.0.1:8788") << host;
    }
}

TEST(HttpMessage, ReadsTheBearerToken) {
    EXPECT_EQ(bearer_token("Bearer abc"), "abc");
    EXPECT_EQ(bearer_token("bearer  abc "), "abc");
    for (const char* const header : {"", "Bearer", "Bearer ", "Basic abc", "abc"})
        EXPECT_EQ(bearer_token(header), "") << header;
}

TEST(HttpMessage, KnowsJsonMediaTypes) {
    EXPECT_TRUE(is_json_media_type("application/json"));
    EXPECT_TRUE(is_json_media_type("Application/JSON; charset=utf-8"));
    EXPECT_TRUE(is_json_media_type("application/problem+json"));
    EXPECT_FALSE(is_json_media_type(""));
    EXPECT_FALSE(is_json_media_type("text/plain"));
    EXPECT_FALSE(is_json_media_type("application/jsonx"));
}

TEST(HttpMessage, WritesErrorsInTheApisShape) {
    const Reply reply = error_reply(http::status::not_found, {"not_found", "Gone \"away\"."});
    EXPECT_EQ(reply.body, "{\"error\":{\"code\":\"not_found\",\"message\":\"Gone \\\"away\\\".\"}}\n");
}

} // namespace
} // namespace sandbox
