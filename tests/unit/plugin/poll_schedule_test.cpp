#include "poll_schedule.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

namespace pixelml {
namespace {

using namespace std::chrono_literals;

TEST(PollSchedule, GrowsWithTheJobsAge) {
    EXPECT_EQ(poll_delay(0ms, std::nullopt), 500ms);
    EXPECT_EQ(poll_delay(5s, std::nullopt), 1s);
    EXPECT_EQ(poll_delay(20s, std::nullopt), 4s);
    EXPECT_EQ(poll_delay(1h, std::nullopt), 5s);
}

TEST(PollSchedule, LooksWhenTheJobIsExpectedToBeDone) {
    EXPECT_EQ(poll_delay(1h, 3.0), 3s);
    EXPECT_EQ(poll_delay(0ms, 9.9), 9900ms);
    EXPECT_EQ(poll_delay(0ms, 0.0), 500ms);
}

TEST(PollSchedule, LooksOnTheWayToAFarEnd) {
    EXPECT_EQ(poll_delay(0ms, 14.0), 7s);
    EXPECT_EQ(poll_delay(0ms, 600.0), 10s);
    EXPECT_EQ(poll_delay(0ms, std::numeric_limits<double>::max()), 10s);
}

} // namespace
} // namespace pixelml
