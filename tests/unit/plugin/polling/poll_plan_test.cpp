#include "polling/poll_plan.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace job_engine {
namespace {

using namespace std::chrono_literals;
using Random = std::mt19937_64;

double uniform(Random& random, double from, double to) {
    return std::uniform_real_distribution<double>(from, to)(random);
}

Millis millis(double seconds) {
    return Millis(std::llround(seconds * 1000));
}

JobLifeTable table_of_jobs(double shortest, double longest, int jobs = 200) {
    Random random(5);
    JobLifeTable table;
    for (int i = 0; i < jobs; ++i) {
        const auto duration = uniform(random, shortest, longest);
        table.observe_running(0ms, millis(duration * 0.995));
        table.observe_done(millis(duration * 0.995), millis(duration * 1.005));
        table.refresh();
    }
    return table;
}

// The ages at which a job is looked at that never ends.
std::vector<double> looks(const PollPlan& plan, double jitter, double until = 3000) {
    std::vector<double> ages{0};
    while (ages.back() < until && ages.size() < 100'000)
        ages.push_back(plan.next_poll(ages.back(), jitter));
    return ages;
}

std::vector<PlanNode> random_nodes(Random& random) {
    const auto count = static_cast<std::size_t>(std::uniform_int_distribution<int>(2, 150)(random));
    std::vector<PlanNode> nodes(count);
    for (std::size_t i = 1; i < count; ++i) {
        nodes[i].age = nodes[i - 1].age + uniform(random, 0.01, 1);
        const auto ends = uniform(random, 0, 1) < 0.5 ? 0.0 : uniform(random, 0, 0.3);
        nodes[i].survival = nodes[i - 1].survival * (1 - ends);
    }
    nodes.back().ends_after = nodes.back().age * nodes.back().survival;
    for (auto i = count - 1; i-- > 0;)
        nodes[i].ends_after =
            nodes[i + 1].ends_after
            + (nodes[i].survival - nodes[i + 1].survival) * (nodes[i].age + nodes[i + 1].age) / 2;
    const auto worth = uniform(random, 0.001, 1);
    std::size_t earliest = 0, latest = 0;
    for (std::size_t i = 0; i < count; ++i) {
        nodes[i].poll_cost = worth * nodes[i].survival;
        earliest = std::min(count - 1, std::max(earliest, i + 1 + random() % 3));
        latest = std::min(count - 1, std::max({latest, earliest, i + 1 + random() % 40}));
        nodes[i].earliest = earliest;
        nodes[i].latest = latest;
    }
    return nodes;
}

// Each wait's cost integrated afresh, every next node within the bounds tried.
std::vector<double> costs_by_brute_force(const std::vector<PlanNode>& nodes) {
    std::vector<double> costs(nodes.size(), 0);
    for (auto i = nodes.size() - 1; i-- > 0;) {
        auto least = 1e300;
        for (auto k = nodes[i].earliest; k <= nodes[i].latest; ++k) {
            auto delay = 0.0;
            for (auto m = i; m < k; ++m)
                delay += (nodes[m].survival - nodes[m + 1].survival)
                         * (nodes[k].age - (nodes[m].age + nodes[m + 1].age) / 2);
            least = std::min(least, nodes[i].poll_cost + delay + costs[k]);
        }
        costs[i] = least;
    }
    return costs;
}

double cost_of_plan(const std::vector<PlanNode>& nodes, std::size_t from) {
    auto cost = 0.0;
    for (auto i = from; i + 1 < nodes.size(); i = nodes[i].next) {
        cost += nodes[i].poll_cost;
        for (auto m = i; m < nodes[i].next; ++m)
            cost += (nodes[m].survival - nodes[m + 1].survival)
                    * (nodes[nodes[i].next].age - (nodes[m].age + nodes[m + 1].age) / 2);
    }
    return cost;
}

TEST(PollPlan, CostsTheLeastThatAnyScheduleCosts) {
    Random random(7);
    for (int i = 0; i < 200; ++i) {
        auto nodes = random_nodes(random);
        plan_polls(nodes);
        const auto least = costs_by_brute_force(nodes);
        for (std::size_t k = 0; k + 1 < nodes.size(); ++k) {
            ASSERT_NEAR(cost_of_plan(nodes, k), least[k], 1e-9 * (1 + least[k])) << i << ' ' << k;
            ASSERT_GE(nodes[k].next, nodes[k].earliest);
            ASSERT_LE(nodes[k].next, nodes[k].latest);
            ASSERT_LE(nodes[k].next, nodes[k + 1].next);
        }
    }
}

TEST(PollPlan, LooksAtGrowingIntervalsWhileNothingIsKnown) {
    const PollPlan plan{JobLifeTable()};
    const auto ages = looks(plan, 0);
    for (std::size_t i = 2; i < ages.size(); ++i)
        ASSERT_LE(ages[i] - ages[i - 1], greatest_gap(ages[i - 1]) * 1.01) << ages[i];
    EXPECT_LT(ages[1], 1.0);
    EXPECT_LT(looks(plan, 0, 60).size(), 20U);
    EXPECT_GT(looks(plan, 0, 60).size(), 8U);
}

TEST(PollPlan, KeepsItsBoundsWhateverIsKnown) {
    for (const auto& [shortest, longest] :
         {std::pair{0.005, 0.006}, {0.1, 0.3}, {2.0, 2.1}, {15.0, 25.0}, {20.0, 20.1}, {200.0, 900.0}})
        for (const auto jitter : {0.0, 0.5, 0.999}) {
            const PollPlan plan(table_of_jobs(shortest, longest));
            const auto ages = looks(plan, jitter);
            for (std::size_t i = 1; i < ages.size(); ++i) {
                const auto gap = ages[i] - ages[i - 1];
                ASSERT_GE(gap, min_gap(ages[i - 1]) * 0.999) << longest << " at " << ages[i - 1];
                ASSERT_LE(gap, max_wait) << longest << " at " << ages[i - 1];
            }
        }
}

TEST(PollPlan, LooksWhereJobsEndAndNotBefore) {
    const PollPlan plan(table_of_jobs(15, 25));
    const auto ages = looks(plan, 0, 25);
    EXPECT_GT(ages[1], 15);
    EXPECT_LT(ages[1], 18);
    EXPECT_GE(ages.size(), 9U);
    EXPECT_LE(ages.size(), 16U);
    EXPECT_LT(ages[ages.size() - 2] - ages[ages.size() - 3], ages[3] - ages[2])
        << "denser where the end is near";
}

TEST(PollPlan, ShowsProgressInADeadZoneHoweverLong) {
    const auto ages = looks(PollPlan(table_of_jobs(200, 220)), 0, 195);
    EXPECT_GE(ages.size(), 7U);
    EXPECT_LE(ages.size(), 11U);
}

TEST(PollPlan, DoesNotFloodAJobThatOutlivesAllOthers) {
    for (const auto& table : {table_of_jobs(0.005, 0.006), table_of_jobs(20, 20.1), table_of_jobs(15, 25)}) {
        const auto ages = looks(PollPlan(table), 0, 3000);
        EXPECT_LT(ages.size(), 330U);
        EXPECT_LT(looks(PollPlan(table), 0, 100).size(), 70U);
        EXPECT_GT(ages.back() - ages[ages.size() - 2], 3.0);
    }
}

TEST(PollPlan, LooksAtOnceForJobsDoneAtOnce) {
    EXPECT_LE(PollPlan(table_of_jobs(0.001, 0.005, 10)).next_poll(0, 0.5), 0.025);
}

TEST(PollPlan, ScalesWithTheJobs) {
    const PollPlan fast(table_of_jobs(3, 5));
    const PollPlan slow(table_of_jobs(3 * 5.0, 5 * 5.0));
    const auto fast_looks = static_cast<double>(looks(fast, 0, 5).size());
    const auto slow_looks = static_cast<double>(looks(slow, 0, 25).size());
    EXPECT_NEAR(fast_looks, slow_looks, 0.2 * slow_looks);
    EXPECT_NEAR(fast.next_poll(0, 0) * 5, slow.next_poll(0, 0), 0.5);
}

TEST(PollPlan, SpreadsLooksOverLaterAgesAsFarAsTheScheduleIsLoose) {
    const PollPlan spread(table_of_jobs(15, 25));
    const PollPlan constant(table_of_jobs(20, 20.01));
    const auto width = [](const PollPlan& plan) { return plan.next_poll(0, 0.999) - plan.next_poll(0, 0); };
    EXPECT_GT(width(spread), 0.05);
    EXPECT_LT(width(spread), 1.0);
    EXPECT_LT(width(constant), 0.1);
    EXPECT_GT(constant.next_poll(0, 0), 19.7);
    for (const auto* plan : {&spread, &constant})
        for (int i = 0; i < 19; ++i)
            EXPECT_LE(plan->next_poll(0, i * 0.05), plan->next_poll(0, (i + 1) * 0.05));
}

TEST(PollPlan, AnswersForAnyAge) {
    const PollPlan plan{JobLifeTable()};
    for (const auto age : {0.0, 0.001, 3599.0, 3600.0, 1e6, 1e9})
        for (const auto jitter : {0.0, 0.999}) {
            EXPECT_GT(plan.next_poll(age, jitter), age);
            EXPECT_LE(plan.next_poll(age, jitter), age + max_wait);
        }
}

} // namespace
} // namespace job_engine
