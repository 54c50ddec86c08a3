#include "job/submit_budget.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace job_engine {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint begin(1'000'000s);

TEST(SubmitBudget, HoldsAsManyInAnyHourAsTheLimitSays) {
    SubmitBudget budget;
    EXPECT_EQ(budget.take(begin, 2), std::nullopt);
    EXPECT_EQ(budget.take(begin + 40min, 2), std::nullopt);
    EXPECT_EQ(budget.take(begin + 50min, 2), Millis(10min));
    EXPECT_EQ(budget.take(begin + 1h - 1ns, 2), 1ms); // never too early
    EXPECT_EQ(budget.take(begin + 1h, 2), std::nullopt);
    EXPECT_EQ(budget.take(begin + 61min, 2), Millis(39min));
}

TEST(SubmitBudget, IsOneCountForEveryLimit) {
    SubmitBudget budget;
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(budget.take(begin + i * 1min, 5), std::nullopt);
    // All but one of the five must have left.
    EXPECT_EQ(budget.take(begin + 5min, 2), Millis(58min));
    EXPECT_EQ(budget.take(begin + 5min, 6), std::nullopt);
    EXPECT_EQ(budget.take(begin + 5min, 6), Millis(55min));
}

TEST(SubmitBudget, APlaceThatIsGivenBackIsFree) {
    SubmitBudget budget;
    budget.take(begin, 2);
    budget.take(begin + 1min, 2);
    budget.give_back(begin + 1min);
    EXPECT_EQ(budget.take(begin + 2min, 2), std::nullopt);
    EXPECT_EQ(budget.take(begin + 3min, 2), Millis(57min));
    budget.give_back(begin + 1min); // is nobody's by now
    EXPECT_EQ(budget.take(begin + 3min, 2), Millis(57min));
}

TEST(SubmitBudget, APlaceThatIsHeldMoves) {
    SubmitBudget budget;
    budget.take(begin, 1);
    EXPECT_EQ(budget.take(begin + 30min, 1, begin), std::nullopt);
    EXPECT_EQ(budget.take(begin + 80min, 1), Millis(10min));
    // Another connection may have taken more meanwhile.
    budget.take(begin + 81min, 3);
    EXPECT_EQ(budget.take(begin + 82min, 1, begin + 30min), std::nullopt);
    // One that is over is taken anew.
    EXPECT_EQ(budget.take(begin + 90min, 2, begin), Millis(51min));
}

TEST(SubmitBudget, TakesMomentsInAnyOrder) {
    SubmitBudget budget;
    budget.take(begin + 2s, 3);
    budget.take(begin, 3);
    budget.take(begin + 1s, 3);
    EXPECT_EQ(budget.take(begin + 2s, 3), Millis(1h - 2s));
}

TEST(SubmitBudget, IsEmptyAfterAnHour) {
    SubmitBudget budget;
    EXPECT_TRUE(budget.is_empty(begin));
    budget.take(begin, 1);
    EXPECT_FALSE(budget.is_empty(begin + 59min));
    EXPECT_TRUE(budget.is_empty(begin + 1h));
}

TEST(SubmitBudget, IsSharedByThreads) {
    SubmitBudget budget;
    std::atomic<int> taken = 0;
    const auto use = [&] {
        for (int i = 0; i < 1000; ++i)
            if (!budget.take(begin + std::chrono::seconds(i), 700))
                ++taken;
    };
    std::thread other(use);
    use();
    other.join();
    EXPECT_EQ(taken, 700);
}

} // namespace
} // namespace job_engine
