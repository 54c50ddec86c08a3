#include "job/submit_budget.hpp"

#include <algorithm>

namespace job_engine {
namespace {

constexpr std::chrono::hours window{1};

} // namespace

std::optional<Millis> SubmitBudget::take(TimePoint now, std::size_t limit, std::optional<TimePoint> held) {
    const std::lock_guard lock(mutex_);
    forget_before(now);
    // A place that is held is the run's own, even where a connection with a larger limit took more since.
    const bool moves = held && remove(*held);
    if (!moves && taken_.size() >= limit)
        return std::chrono::ceil<Millis>(taken_[taken_.size() - limit] + window - now);
    add(now);
    return std::nullopt;
}

void SubmitBudget::give_back(TimePoint taken_at) {
    const std::lock_guard lock(mutex_);
    remove(taken_at);
}

bool SubmitBudget::is_empty(TimePoint now) {
    const std::lock_guard lock(mutex_);
    forget_before(now);
    return taken_.empty();
}

void SubmitBudget::forget_before(TimePoint now) {
    while (!taken_.empty() && taken_.front() + window <= now)
        taken_.pop_front();
}

// Places of one moment are alike, so it does not matter whose is removed.
bool SubmitBudget::remove(TimePoint taken_at) {
    const auto place = std::lower_bound(taken_.begin(), taken_.end(), taken_at);
    if (place == taken_.end() || *place != taken_at)
        return false;
    taken_.erase(place);
    return true;
}

// Threads may come in another order than they looked at the clock.
void SubmitBudget::add(TimePoint now) {
    taken_.insert(std::upper_bound(taken_.begin(), taken_.end(), now), now);
}

} // namespace job_engine
