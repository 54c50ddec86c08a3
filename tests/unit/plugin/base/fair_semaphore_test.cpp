#include "base/fair_semaphore.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace job_engine {
namespace {

using Permit = FairSemaphore::Permit;

TEST(FairSemaphore, GrantsUpToTheLimitAndThenInOrder) {
    FairSemaphore semaphore(2);
    std::vector<int> granted;
    std::array<Permit, 4> permits;
    for (int i = 0; i < 4; ++i)
        semaphore.request([&granted, i] { granted.push_back(i); }, permits.at(i));
    EXPECT_EQ(granted, (std::vector{0, 1}));
    permits[1].release();
    EXPECT_EQ(granted, (std::vector{0, 1, 2}));
    permits[0].release();
    EXPECT_EQ(granted, (std::vector{0, 1, 2, 3}));
}

TEST(FairSemaphore, WhoGivesUpWaitingIsNotGranted) {
    FairSemaphore semaphore(1);
    std::vector<int> granted;
    std::array<Permit, 4> permits;
    for (int i = 0; i < 3; ++i)
        semaphore.request([&granted, i] { granted.push_back(i); }, permits.at(i));
    permits[1].release();
    permits[0].release();
    EXPECT_EQ(granted, (std::vector{0, 2}));
    permits[2].release();
    semaphore.request([&] { granted.push_back(3); }, permits[3]);
    EXPECT_EQ(granted, (std::vector{0, 2, 3}));
}

TEST(FairSemaphore, TakesAPermitBackThatIsReleasedWhileItIsGranted) {
    FairSemaphore semaphore(1);
    for (int i = 0; i < 3; ++i) {
        bool granted = false;
        Permit permit;
        semaphore.request(
            [&] {
                granted = true;
                permit.release();
            },
            permit);
        EXPECT_TRUE(granted);
    }
}

TEST(FairSemaphore, TakesBackWhatIsDestroyedAndNothingTwice) {
    FairSemaphore semaphore(1);
    std::vector<int> granted;
    const auto grants = [&granted](int i) { return [&granted, i] { granted.push_back(i); }; };
    Permit next;
    Permit last;
    {
        Permit first;
        semaphore.request(grants(1), first);
        {
            Permit waiting;
            semaphore.request(grants(2), waiting);
        }
        semaphore.request(grants(3), next);
        semaphore.request(grants(4), last);
        first.release();
        first.release();
    }
    EXPECT_EQ(granted, (std::vector{1, 3}));
}

TEST(FairSemaphore, GrantsWithoutHoldingItsLock) {
    FairSemaphore semaphore(1);
    bool nested = false;
    Permit second;
    Permit first;
    semaphore.request([&] { semaphore.request([&] { nested = true; }, second); }, first);
    EXPECT_FALSE(nested);
    first.release();
    EXPECT_TRUE(nested);
}

// What waits may own who holds a permit, so that to forget the one gives back the other.
TEST(FairSemaphore, ForgetsAWaiterWithoutHoldingItsLock) {
    FairSemaphore semaphore(1);
    Permit waiting;
    const auto held = std::make_shared<Permit>();
    semaphore.request([] {}, *held);
    const auto release = [](Permit* permit) { permit->release(); };
    semaphore.request([owned = std::shared_ptr<Permit>(held.get(), release)] {}, waiting);
    waiting.release();
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
            Permit permit;
            const auto on_granted = [&] {
                const int now = ++running;
                for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
                }
                granted = true;
            };
            semaphore.request(on_granted, permit);
            while (!granted)
                std::this_thread::yield();
            --running;
            permit.release();
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
