#pragma once

#include "base/time.hpp"

#include <optional>

namespace job_engine {

// When to look at a job next, counted from the last reply, where the API says more of it than that it runs or
// nothing is known of it. For what other runs have shown see JobDurations.

// The API names the seconds left. One look halfway when they are many, for the estimate may move and the
// progress is shown; every 10 s when they are very many.
Millis delay_by_eta(Millis job_age, double eta_seconds) noexcept;

// The API names the fraction done, 0 to 1. None when it is too small to tell, or nothing is left.
std::optional<Millis> delay_by_progress(Millis job_age, double fraction) noexcept;

// For a job that an earlier run submitted, nobody knows when: growing intervals, 0.5 s to 5 s.
Millis delay_without_age(Millis watched) noexcept;

} // namespace job_engine
