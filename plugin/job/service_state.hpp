#pragma once

#include "job/retry.hpp"
#include "job/shared_job_list.hpp"
#include "job/submit_budget.hpp"
#include "polling/job_durations.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

namespace job_engine {

// What the runs of one service learn of it and share, without any I/O. Thread-safe.
struct ServiceState {
    // on_return: see Throttle. The submits are counted for the account, which may have several services.
    ServiceState(std::function<void()> on_return, std::shared_ptr<SubmitBudget> counted)
        : throttle(std::move(on_return)), submits(std::move(counted)) {}

    Throttle throttle; // the brake after a 429, the retry budget, outages
    KnownDurations durations;
    SharedJobLists job_lists;
    std::atomic<int> replies_held{0}; // by runs that wait for their first poll, see RunState::hold_reply
    const std::shared_ptr<SubmitBudget> submits;
};

} // namespace job_engine
