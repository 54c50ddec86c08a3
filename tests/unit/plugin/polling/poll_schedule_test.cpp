#include "polling/poll_schedule.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>

namespace job_engine {
namespace {

using namespace std::chrono_literals;

double seconds(Millis duration) {
    return std::chrono::duration<double>(duration).count();
}

TEST(PollSchedule, TwoLooksFindAJobWhoseEtaIsExact) {
    for (auto duration = 1s; duration <= 30s; duration += 1s) {
        auto looks = 0;
        auto age = 0ms;
        while (age < duration) {
            age += delay_by_eta(age, seconds(duration - age));
            ++looks;
        }
        EXPECT_LE(looks, duration <= 10s ? 1 : 2) << duration.count();
        EXPECT_LE(age - duration, 90ms) << duration.count();
    }
}

TEST(PollSchedule, LooksEveryTenSecondsWhenTheEtaIsVeryFar) {
    for (const auto eta : {40.0, 600.0, 1e6, std::numeric_limits<double>::infinity()})
        for (const auto age : {0ms, Millis(60s), Millis(1h)})
            EXPECT_EQ(delay_by_eta(age, eta), 10s) << eta;
}

TEST(PollSchedule, DoesNotFloodAJobThatIsOverdue) {
    for (const auto eta : {0.0, -5.0, std::numeric_limits<double>::quiet_NaN()}) {
        EXPECT_GE(delay_by_eta(0ms, eta), 100ms);
        EXPECT_GE(delay_by_eta(60s, eta), 1s);
        EXPECT_LE(delay_by_eta(1h, eta), 10s);
    }
}

TEST(PollSchedule, TrustsAProgressInPart) {
    const auto delay = delay_by_progress(10s, 0.5); // 10 s left, if it is even
    ASSERT_TRUE(delay);
    EXPECT_GE(*delay, 4s);
    EXPECT_LE(*delay, 8s);
    EXPECT_LE(delay_by_progress(60s, 0.2).value(), 10s);
    EXPECT_LT(delay_by_progress(20s, 0.999).value(), 150ms);
    EXPECT_GE(delay_by_progress(20s, 0.9999).value(), 40ms);
}

TEST(PollSchedule, TakesNoWordFromAProgressThatSaysNothing) {
    for (const auto fraction : {-1.0, 0.0, 0.05, 1.0, 50.0, std::numeric_limits<double>::quiet_NaN()})
        EXPECT_FALSE(delay_by_progress(10s, fraction)) << fraction;
    EXPECT_FALSE(delay_by_progress(0s, 0.5));
}

TEST(PollSchedule, GrowsWithTheTimeThatAJobOfUnknownAgeWasWatched) {
    EXPECT_EQ(delay_without_age(0ms), 500ms);
    EXPECT_EQ(delay_without_age(5s), 1s);
    EXPECT_EQ(delay_without_age(20s), 4s);
    EXPECT_EQ(delay_without_age(1h), 5s);
}

} // namespace
} // namespace job_engine
