#include "polling/job_durations.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <string>
#include <thread>
#include <vector>

namespace job_engine {
namespace {

using namespace std::chrono_literals;

constexpr double no_exploring = 0.5; // a jitter

struct Seen {
    int looks = 0;
    Millis first_look{0};
    Millis delay{0};
};

Seen run_job(const std::shared_ptr<JobDurations>& durations, Millis duration,
             double with_jitter = no_exploring) {
    JobWatch watch(durations);
    Seen seen;
    for (Millis age{0};;) {
        const auto next = watch.next_poll(age, with_jitter);
        EXPECT_GE(next.delay, 0ms);
        age += next.delay;
        if (!next.ask)
            continue;
        if (++seen.looks == 1)
            seen.first_look = age;
        if (age >= duration) {
            watch.observe_done(age);
            seen.delay = age - duration;
            return seen;
        }
        watch.observe_running(age);
    }
}

std::shared_ptr<JobDurations> after_jobs(int jobs, Millis duration) {
    auto durations = std::make_shared<JobDurations>();
    for (int i = 0; i < jobs; ++i)
        run_job(durations, duration, std::fmod(i * 0.618033988749895, 1.0));
    return durations;
}

TEST(JobDurations, FindsAJobThatTakesAsLongAsTheOthersWithFewLooks) {
    const auto seen = run_job(after_jobs(100, 20s), 20s);
    EXPECT_LE(seen.looks, 2);
    EXPECT_LE(seen.delay, 300ms);
}

TEST(JobDurations, LooksAtOnceForAJobDoneAtOnceAfterAFew) {
    const auto durations = after_jobs(10, 3ms);
    EXPECT_LE(run_job(durations, 3ms).first_look, 25ms);
}

TEST(JobDurations, NoticesThatJobsHaveBecomeShorter) {
    const auto durations = after_jobs(200, 20s);
    EXPECT_GT(run_job(durations, 5s).delay, 10s);
    for (int i = 0; i < 150; ++i)
        run_job(durations, 5s, std::fmod(i * 0.618033988749895, 1.0));
    EXPECT_LT(run_job(durations, 5s).delay, 500ms);
}

// A run waits for a look; meanwhile others of its kind begin to end.
TEST(JobDurations, AsksAgainWhileTheKindIsLittleKnownSoThatItLearnsFromOthers) {
    const auto durations = std::make_shared<JobDurations>();
    JobWatch waiting(durations);
    waiting.observe_running(10s);
    const auto cold = waiting.next_poll(10s, no_exploring);
    EXPECT_FALSE(cold.ask);
    EXPECT_LE(cold.delay, 2s);
    const auto age = 10s + cold.delay;
    const auto unchanged = waiting.next_poll(age, 0.9); // the jitter of before is kept
    EXPECT_FALSE(unchanged.ask);

    for (int i = 0; i < 50; ++i) {
        durations->observe_running(0ms, 10s);
        durations->observe_done(10s, 10s + 200ms);
        durations->next_poll(0ms, 0ms, no_exploring);
    }
    const auto warned = waiting.next_poll(age, no_exploring);
    EXPECT_TRUE(warned.ask);
    EXPECT_LT(warned.delay, 100ms);
}

TEST(JobDurations, WaitsFirmlyWhereTheKindIsKnown) {
    const auto durations = after_jobs(100, 20s);
    const auto next = durations->next_poll(0ms, 0ms, no_exploring);
    EXPECT_TRUE(next.ask);
    EXPECT_GT(next.delay, 15s);
    EXPECT_EQ(durations->next_poll(0ms, 5s, no_exploring).delay, next.delay - 5s);
    EXPECT_EQ(durations->next_poll(0ms, 60s, no_exploring).delay, 0ms);
}

TEST(JobDurations, KeepsTheJitterUntilALook) {
    const auto durations = after_jobs(100, 20s);
    JobWatch watch(durations);
    const auto first = watch.next_poll(0ms, 0.1);
    EXPECT_EQ(watch.next_poll(1s, 0.9).delay, first.delay - 1s);
}

TEST(JobDurations, IsSafeFromSeveralThreads) {
    KnownDurations known(3);
    std::atomic<int> looks = 0;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&known, &looks, thread] {
            for (int i = 0; i < 100; ++i)
                looks += run_job(known.of(std::to_string((thread + i) % 5)), Millis(100 * (i % 7) + 1)).looks;
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_GE(looks, 400);
}

TEST(KnownDurations, GivesAKindItsOwnDurations) {
    KnownDurations known;
    const auto one = known.of("M, square");
    EXPECT_EQ(known.of("M, square"), one);
    EXPECT_NE(known.of("L, square"), one);
}

TEST(KnownDurations, ForgetsTheKindUsedLongestAgo) {
    KnownDurations known(2);
    const auto first = known.of("first");
    const std::weak_ptr second = known.of("second");
    EXPECT_FALSE(second.expired());
    EXPECT_EQ(known.of("first"), first);
    known.of("third");
    EXPECT_TRUE(second.expired());
    EXPECT_EQ(known.of("first"), first);
    known.of("fourth");
    known.of("fifth");
    EXPECT_NE(known.of("first"), first) << "but a run may still hold it";
}

} // namespace
} // namespace job_engine
