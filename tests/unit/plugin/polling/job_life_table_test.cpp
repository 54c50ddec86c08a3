#include "polling/job_life_table.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace job_engine {
namespace {

using namespace std::chrono_literals;

// The estimated probability that a job is over by an age.
double ended_by(const JobLifeTable& table, double age) {
    return 1 - table.survival(JobLifeTable::bucket_of(age) + 1);
}

// The age that half of the jobs outlive.
double median(const JobLifeTable& table) {
    std::size_t edge = 0;
    while (edge < JobLifeTable::buckets && table.survival(edge) > 0.5)
        ++edge;
    return JobLifeTable::edges()[edge];
}

// A job looked at every `step` until it is done.
void note_job(JobLifeTable& table, Millis duration, Millis step) {
    Millis last_poll{0};
    for (auto age = step; age < duration; age += step) {
        table.observe_running(last_poll, age);
        last_poll = age;
    }
    table.observe_done(last_poll, last_poll + step);
    if (table.stale())
        table.refresh();
}

// Jobs of 15 to 25 s times `scale`.
void note_spread_jobs(JobLifeTable& table, int jobs, double scale = 1) {
    for (int i = 0; i < jobs; ++i) {
        const auto part = std::fmod(i * 0.618033988749895, 1.0); // evenly, in no order
        note_job(table, Millis(std::llround((15'000 + 10'000 * part) * scale)),
                 Millis(std::llround(200 * scale)));
    }
    table.refresh();
}

TEST(JobLifeTable, BucketsHoldTheAgesBetweenTheirEdges) {
    const auto edges = JobLifeTable::edges();
    for (std::size_t i = 0; i < JobLifeTable::buckets; ++i) {
        EXPECT_LT(edges[i], edges[i + 1]);
        EXPECT_EQ(JobLifeTable::bucket_of(edges[i]), i);
        EXPECT_EQ(JobLifeTable::bucket_of((edges[i] + edges[i + 1]) / 2), i);
    }
    EXPECT_EQ(JobLifeTable::bucket_of(1e9), JobLifeTable::buckets - 1);
}

TEST(JobLifeTable, ExpectsVideosToTakeSecondsToMinutesBeforeItKnows) {
    const JobLifeTable table;
    EXPECT_GT(median(table), 10);
    EXPECT_LT(median(table), 60);
    EXPECT_GT(ended_by(table, 180) - ended_by(table, 2), 0.7);
    EXPECT_GT(ended_by(table, 0.02), 0.0);
    EXPECT_LT(ended_by(table, 1800), 1.0);
}

TEST(JobLifeTable, LearnsADistribution) {
    JobLifeTable table;
    note_spread_jobs(table, 100);
    for (const auto age : {17.0, 20.0, 23.0})
        EXPECT_NEAR(ended_by(table, age), (age - 15) / 10, 0.1) << age;
    EXPECT_LT(ended_by(table, 14.0), 0.02);
    EXPECT_GT(ended_by(table, 26.0), 0.95);
}

// For each run that ends another is given up at 8 s: as an end it would be one too early.
TEST(JobLifeTable, CountsARunThatIsGivenUpForWhatItHasShown) {
    JobLifeTable table;
    for (int i = 0; i < 100; ++i) {
        note_job(table, i % 10 < 5 ? 10s : 30s, 200ms);
        for (auto age = 200ms; age <= 8s; age += 200ms)
            table.observe_running(age - 200ms, age);
    }
    table.refresh();
    EXPECT_NEAR(ended_by(table, 11.0), 0.5, 0.08);
    EXPECT_LT(ended_by(table, 7.5), 0.03);

    JobLifeTable never_done;
    for (int i = 0; i < 100; ++i)
        never_done.observe_running(0ms, 60s);
    never_done.refresh();
    EXPECT_LT(ended_by(never_done, 58.0), 0.05);
}

TEST(JobLifeTable, LearnsTheSameFromOneLongWaitAsFromManyShortOnes) {
    JobLifeTable one;
    JobLifeTable many;
    one.observe_running(0ms, 10'137ms);
    for (auto age = 0ms; age < 10'137ms; age += 31ms)
        many.observe_running(age, std::min(age + 31ms, 10'137ms));
    one.refresh();
    many.refresh();
    for (std::size_t i = 0; i < JobLifeTable::buckets; ++i) {
        EXPECT_NEAR(one.exposure(i), many.exposure(i), 1e-4) << i;
        EXPECT_NEAR(one.survival(i), many.survival(i), 1e-4) << i;
    }
}

// Seen only to end between 10 and 40 s, jobs end where others were seen more closely to end.
TEST(JobLifeTable, PlacesAnEndBetweenTwoLooksWhereEndsAreExpected) {
    JobLifeTable table;
    for (int i = 0; i < 40; ++i)
        note_job(table, 20s, 200ms);
    for (int i = 0; i < 40; ++i) {
        table.observe_running(0ms, 10s);
        table.observe_done(10s, 40s);
    }
    table.refresh();
    EXPECT_LT(ended_by(table, 18.5), 0.05);
    EXPECT_GT(ended_by(table, 21.5), 0.9);
}

TEST(JobLifeTable, FollowsADrift) {
    JobLifeTable table;
    for (int i = 0; i < 500; ++i)
        note_job(table, 20s, 200ms);
    for (int i = 0; i < 200; ++i)
        note_job(table, 40s, 200ms);
    table.refresh();
    EXPECT_GT(median(table), 37);
    for (int i = 0; i < 500; ++i)
        note_job(table, 20s, 200ms);
    table.refresh();
    EXPECT_NEAR(median(table), 20, 1.5);
}

TEST(JobLifeTable, RemembersABoundedNumberOfRuns) {
    JobLifeTable table;
    note_spread_jobs(table, 2000);
    const auto alone = table.exposure(JobLifeTable::bucket_of(10.0));
    EXPECT_LE(alone, 200);
    table.observe_runs_at_once(10'000);
    for (int i = 0; i < 5000; ++i)
        table.observe_running(0ms, 12s);
    EXPECT_GT(table.exposure(JobLifeTable::bucket_of(10.0)), 5 * alone);
    EXPECT_LE(table.exposure(JobLifeTable::bucket_of(10.0)), 2001);
    note_spread_jobs(table, 20'000);
    EXPECT_NEAR(table.exposure(JobLifeTable::bucket_of(10.0)), alone, 1);
}

TEST(JobLifeTable, ScalesWithTheJobs) {
    JobLifeTable fast;
    JobLifeTable slow;
    const auto scale = std::pow(JobLifeTable::ratio, 70); // a whole number of buckets
    note_spread_jobs(fast, 200);
    note_spread_jobs(slow, 200, scale);
    for (const auto age : {14.0, 16.0, 18.0, 20.0, 22.0, 24.0, 26.0})
        EXPECT_NEAR(ended_by(fast, age), ended_by(slow, age * scale), 0.03) << age;
}

TEST(JobLifeTable, IsStaleWhenATenthOfWhatIsKnownIsNew) {
    JobLifeTable table;
    EXPECT_FALSE(table.stale());
    table.observe_done(0ms, 20s);
    EXPECT_TRUE(table.stale()) << "the first job changes most";
    for (int i = 0; i < 100; ++i) {
        table.observe_done(19s, 20s);
        table.refresh();
    }
    table.observe_done(19s, 20s);
    EXPECT_FALSE(table.stale());
    for (int i = 0; i < 15; ++i)
        table.observe_done(19s, 20s);
    EXPECT_TRUE(table.stale());
}

TEST(JobLifeTable, TakesAnyAges) {
    JobLifeTable table;
    table.observe_running(-1s, -1s);
    table.observe_running(5s, 4s);
    table.observe_running(0ms, 100h);
    table.observe_running(50h, 100h);
    table.observe_done(50h, 100h);
    table.observe_done(100h, 50h);
    table.observe_done(0ms, 0ms);
    table.observe_done(Millis::min(), Millis::max());
    table.refresh();
    for (std::size_t i = 0; i < JobLifeTable::buckets; ++i) {
        EXPECT_GT(table.survival(i), 0) << i;
        EXPECT_LE(table.survival(i + 1), table.survival(i)) << i;
        EXPECT_TRUE(std::isfinite(table.exposure(i))) << i;
    }
}

} // namespace
} // namespace job_engine
