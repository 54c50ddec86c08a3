#include "http/retry_after.hpp"

#include <gtest/gtest.h>

namespace job_engine {
namespace {

using namespace std::chrono_literals;

TEST(RetryAfter, IsSecondsOrADate) {
    constexpr std::int64_t now = 784'111'777; // Sun, 06 Nov 1994 08:49:37 GMT
    EXPECT_EQ(parse_retry_after("0", now), 0ms);
    EXPECT_EQ(parse_retry_after("120", now), 120s);
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now), 60s);
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), 0ms);
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 2094 08:00:00 GMT", now), 24h);
    EXPECT_EQ(parse_retry_after("999999999", now), 24h);
    EXPECT_EQ(parse_retry_after("99999999999999999999999", now), 24h);
    EXPECT_EQ(parse_retry_after("-5", now), 0ms);
    for (const auto* text : {"", "soon", "1.5", "12 s", "Sun, 06 Nov 1994", "Sun, 06 Nov 1994 08:50:37 GMT+1",
                             "So., 06 Nov 1994 08:50:37 GMT", "Sun, 31 Feb 1994 08:50:37 GMT",
                             "Sun, 06 Nov 1994 24:50:37 GMT", "Sun, 06 nuv 1994 08:50:37 GMT"})
        EXPECT_FALSE(parse_retry_after(text, now)) << text;
}

} // namespace
} // namespace job_engine
