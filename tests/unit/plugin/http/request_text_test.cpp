#include "http/request_text.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace job_engine {
namespace {

std::string text_of(const RequestText& bytes) {
    return {bytes.begin(), bytes.end()};
}

TEST(RequestText, IsARequestWithoutABody) {
    RequestWriter writer("GET", "/v1/jobs/j?x=1", "api.example:8443");
    writer.header("Accept", "application/json");
    EXPECT_EQ(text_of(std::move(writer).finish()), "GET /v1/jobs/j?x=1 HTTP/1.1\r\n"
                                                   "Host: api.example:8443\r\n"
                                                   "Accept: application/json\r\n"
                                                   "\r\n");
}

TEST(RequestText, SaysHowLongItsBodyIs) {
    EXPECT_EQ(text_of(RequestWriter("POST", "/", "h").finish("{\"a\":1}")),
              "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
}

TEST(RequestText, NoTextBreaksItsLine) {
    for (const auto* bad : {"a\rb", "a\nb"}) {
        EXPECT_THROW(RequestWriter(bad, "/", "h"), std::invalid_argument);
        EXPECT_THROW(RequestWriter("GET", bad, "h"), std::invalid_argument);
        EXPECT_THROW(RequestWriter("GET", "/", bad), std::invalid_argument);
        RequestWriter writer("GET", "/", "h");
        EXPECT_THROW(writer.header(bad, "v"), std::invalid_argument);
        EXPECT_THROW(writer.header("n", bad), std::invalid_argument);
        EXPECT_THROW(writer.header("n", std::string("a\0b", 3)), std::invalid_argument);
    }
}

TEST(RequestText, MayHoldLineEndsInItsBody) {
    EXPECT_TRUE(text_of(RequestWriter("POST", "/", "h").finish("a\r\nb")).ends_with("\r\n\r\na\r\nb"));
}

} // namespace
} // namespace job_engine
