#include "running_slots.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace pixelml {
namespace {

TEST(RunningSlots, GrantsUpToTheLimitAndThenInOrder) {
    RunningSlots slots(2);
    std::vector<int> granted;
    std::vector<std::uint64_t> tickets;
    tickets.reserve(4);
    for (int i = 0; i < 4; ++i)
        tickets.push_back(slots.request([&granted, i] { granted.push_back(i); }));
    EXPECT_EQ(granted, (std::vector{0, 1}));
    slots.give_back(tickets[1]);
    EXPECT_EQ(granted, (std::vector{0, 1, 2}));
    slots.give_back(tickets[0]);
    EXPECT_EQ(granted, (std::vector{0, 1, 2, 3}));
}

TEST(RunningSlots, WhoGivesUpWaitingIsNotGranted) {
    RunningSlots slots(1);
    std::vector<int> granted;
    const auto first = slots.request([&] { granted.push_back(1); });
    const auto second = slots.request([&] { granted.push_back(2); });
    const auto third = slots.request([&] { granted.push_back(3); });
    slots.give_back(second);
    slots.give_back(first);
    EXPECT_EQ(granted, (std::vector{1, 3}));
    slots.give_back(third);
    slots.request([&] { granted.push_back(4); });
    EXPECT_EQ(granted, (std::vector{1, 3, 4}));
}

TEST(RunningSlots, GrantsWithoutHoldingItsLock) {
    RunningSlots slots(1);
    bool nested = false;
    const auto first = slots.request([&] { slots.request([&] { nested = true; }); });
    EXPECT_FALSE(nested);
    slots.give_back(first);
    EXPECT_TRUE(nested);
}

TEST(RunningSlots, NeverGrantsMoreThanTheLimitToThreads) {
    RunningSlots slots(3);
    std::atomic<int> running{0};
    std::atomic<int> most{0};
    const auto use = [&] {
        for (int i = 0; i < 500; ++i) {
            std::atomic<bool> granted{false};
            const auto ticket = slots.request([&] {
                const int now = ++running;
                for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
                }
                granted = true;
            });
            while (!granted)
                std::this_thread::yield();
            --running;
            slots.give_back(ticket);
        }
    };
    std::vector<std::thread> threads;
    threads.reserve(6);
    for (int i = 0; i < 6; ++i)
        threads.emplace_back(use);
    for (auto& thread : threads)
        thread.join();
    EXPECT_LE(most, 3);
    EXPECT_GE(most, 1);
}

} // namespace
} // namespace pixelml
