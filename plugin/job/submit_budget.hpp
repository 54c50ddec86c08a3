#pragma once

#include "job/retry.hpp"

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>

namespace job_engine {

// The submits of one account in the last hour: the brake on what a loop in a flow can spend. Each run brings
// the limit of its own connection, so that connections with different limits share one count. Runs without a
// limit are not counted: they would make a count of any size. Thread-safe.
class SubmitBudget {
public:
    // Takes a place at this moment; the one that the run holds already, taken at `held`, moves here. nullopt:
    // taken; otherwise the time until one is free. Never holds more places than the largest limit it is asked
    // with.
    std::optional<Millis> take(TimePoint now, std::size_t limit, std::optional<TimePoint> held = {});
    // Of a submit that certainly led to no job.
    void give_back(TimePoint taken_at);

    // Whether forgetting it changes nothing.
    bool is_empty(TimePoint now);

private:
    void forget_before(TimePoint now);
    bool remove(TimePoint taken_at);
    void add(TimePoint now);

    std::mutex mutex_;
    std::deque<TimePoint> taken_; // ascending
};

} // namespace job_engine
