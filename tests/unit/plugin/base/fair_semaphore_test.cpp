#include "base/fair_semaphore.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace job_engine {
namespace {

using Ticket = FairSemaphore::Ticket;

TEST(FairSemaphore, GrantsUpToTheLimitAndThenInOrder) {
    FairSemaphore semaphore(2);
    std::vector<int> granted;
    std::array<Ticket, 4> tickets{};
    for (int i = 0; i < 4; ++i)
        semaphore.request([&granted, i] { granted.push_back(i); }, tickets.at(i));
    EXPECT_EQ(granted, (std::vector{0, 1}));
    semaphore.give_back(tickets[1]);
    EXPECT_EQ(granted, (std::vector{0, 1, 2}));
    semaphore.give_back(tickets[0]);
    EXPECT_EQ(granted, (std::vector{0, 1, 2, 3}));
}

TEST(FairSemaphore, WhoGivesUpWaitingIsNotGranted) {
    FairSemaphore semaphore(1);
    std::vector<int> granted;
    std::array<Ticket, 4> tickets{};
    for (int i = 0; i < 3; ++i)
        semaphore.request([&granted, i] { granted.push_back(i); }, tickets.at(i));
    semaphore.give_back(tickets[1]);
    semaphore.give_back(tickets[0]);
    EXPECT_EQ(granted, (std::vector{0, 2}));
    semaphore.give_back(tickets[2]);
    semaphore.request([&] { granted.push_back(3); }, tickets[3]);
    EXPECT_EQ(granted, (std::vector{0, 2, 3}));
}

TEST(FairSemaphore, KnowsTheTicketBeforeItGrants) {
    FairSemaphore semaphore(1);
    Ticket ticket = 0;
    Ticket seen = 0;
    semaphore.request([&] { seen = ticket; }, ticket);
    EXPECT_NE(seen, 0U);
    EXPECT_EQ(seen, ticket);
}

TEST(FairSemaphore, GrantsWithoutHoldingItsLock) {
    FairSemaphore semaphore(1);
    bool nested = false;
    Ticket first = 0;
    Ticket second = 0;
    semaphore.request([&] { semaphore.request([&] { nested = true; }, second); }, first);
    EXPECT_FALSE(nested);
    semaphore.give_back(first);
    EXPECT_TRUE(nested);
}

// What waits may own who holds a permit, so that to forget the one gives back the other.
TEST(FairSemaphore, ForgetsAWaiterWithoutHoldingItsLock) {
    FairSemaphore semaphore(1);
    Ticket held = 0;
    Ticket waiting = 0;
    semaphore.request([] {}, held);
    const auto give_back = [&semaphore, &held](void*) { semaphore.give_back(held); };
    semaphore.request([owned = std::shared_ptr<void>(&held, give_back)] {}, waiting);
    semaphore.give_back(waiting);
    bool granted = false;
    semaphore.request([&] { granted = true; }, waiting);
    EXPECT_TRUE(granted);
}

TEST(FairSemaphore, NeverGrantsMoreThanTheLimitToThreads) {
    FairSemaphore semaphore(3);
    std::atomic<int> running{0};
    std::atomic<int> most{0};
    const auto use = [&] {
        for (int i = 0; i < 500; ++i) {
            std::atomic<bool> granted{false};
            Ticket ticket = 0;
            const auto on_granted = [&] {
                const int now = ++running;
                for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
                }
                granted = true;
            };
            semaphore.request(on_granted, ticket);
            while (!granted)
                std::this_thread::yield();
            --running;
            semaphore.give_back(ticket);
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
} // namespace job_engine
