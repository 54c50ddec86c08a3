#include "text/duration.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

using namespace std::chrono_literals;

TEST(Duration, ReadsNumbersWithUnits) {
    EXPECT_EQ(parse_duration("90"), 90s);
    EXPECT_EQ(parse_duration("90s"), 90s);
    EXPECT_EQ(parse_duration("5m"), 5min);
    EXPECT_EQ(parse_duration("5min"), 5min);
    EXPECT_EQ(parse_duration("1h"), 1h);
    EXPECT_EQ(parse_duration("1h30m"), 90min);
    EXPECT_EQ(parse_duration("1.5m"), 90s);
    EXPECT_EQ(parse_duration("250ms"), 250ms);
    EXPECT_EQ(parse_duration("0"), 0s);
    EXPECT_EQ(parse_duration("365h"), 365h);
}

TEST(Duration, RefusesEverythingElse) {
    for (const char* text : {"", "s", "-1", "+1", "1x", "1 s", " 1", "1h30", "1e9", "nan", "inf", "0x10",
                             "8761h", "99999999999999999999999h", "1..5s", "1ss"})
        EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Duration, IsShownAsAClock) {
    EXPECT_EQ(clock_text(-5s), "0:00");
    EXPECT_EQ(clock_text(7999ms), "0:07");
    EXPECT_EQ(clock_text(754s), "12:34");
    EXPECT_EQ(clock_text(3723s), "1:02:03");
}

TEST(Duration, IsSpokenRoundedUp) {
    EXPECT_EQ(spoken_duration(1ms), "1 s");
    EXPECT_EQ(spoken_duration(120s), "120 s");
    EXPECT_EQ(spoken_duration(121s), "3 min");
    EXPECT_EQ(spoken_duration(7201s), "3 h");
}

} // namespace
} // namespace cli
