#pragma once

#include "base/time.hpp"

#include <algorithm>

namespace job_engine {

// Bounds how often one job is asked for, whatever its progress or estimate says: at most once in 0.5 s on
// average over a minute. Each request costs one interval, and a burst of them may be had in advance.
class PollRate {
public:
    TimePoint earliest() const noexcept { return paid_until_ - interval * (burst - 1); }
    void spend(TimePoint now) noexcept { paid_until_ = std::max(paid_until_, now) + interval; }

private:
    static constexpr Millis interval{550};
    static constexpr int burst = 10; // 60 s / 0.55 s + 10 < 120

    TimePoint paid_until_{};
};

} // namespace job_engine
