#pragma once

#include "polling/job_life_table.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace job_engine {

// One age at which the plan may look. Ages in seconds.
struct PlanNode {
    double age = 0;
    double survival = 1;   // the probability that a job outlives the age
    double ends_after = 0; // the integral of age over the ends after it
    double poll_cost = 0;  // of a wait that begins here, times survival
    double line = 0;       // cost of looking here next, but for what depends on where the wait began
    std::size_t earliest = 0, latest = 0; // the nodes at which a wait that begins here may end; both grow
    std::size_t next = 0;                 // the best of them
};

// Finds for each node the next one such that the expected delay until an end is noticed plus the cost of the
// looks is least. Exact: dynamic programming from the last node back. Fills line and next.
void plan_polls(std::span<PlanNode> nodes) noexcept;

// The shortest and the longest wait after a look at an age, in seconds; a longer one, up to max_wait,
// only where it is known that nothing ends.
double min_gap(double age) noexcept;
double greatest_gap(double age) noexcept;
inline constexpr double max_wait = 30;

// When to look at a job of some kind, weighing delay against requests: a request is worth a small fraction
// of the time that the job is expected to take, so a plan scales with the jobs.
class PollPlan {
public:
    PollPlan() = default; // of nothing: it must not be asked
    explicit PollPlan(const JobLifeTable& table);

    // The age to look at after a look at `last_poll`. jitter, in [0, 1), spreads runs that began together
    // over later ages, never earlier ones: where durations are nearly constant, early is in vain.
    double next_poll(double last_poll, double jitter) const noexcept;

private:
    // What of a node is needed to look something up: a plan is kept for each kind of job.
    struct Node {
        double age, survival, line;
        std::uint32_t latest, next;
    };

    std::size_t node_at(double age) const noexcept;

    std::vector<Node> nodes_;
};

} // namespace job_engine
