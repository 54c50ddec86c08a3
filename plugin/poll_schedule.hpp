#pragma once

#include "retry.hpp"

#include <optional>

namespace pixelml {

// When to look at a job next, counted from now: soon after its expected end where the API names one,
// otherwise at growing intervals with the job's age, 0.5 s to 5 s.
Millis poll_delay(Millis job_age, std::optional<double> eta_seconds) noexcept;

// The same for a job whose API says more than that it runs; counted from the reply that said so. For one
// whose API says nothing more see JobDurations.

// The API names the seconds left. One look halfway when they are many, for the estimate may move and the
// progress is shown; every 10 s when they are very many.
Millis delay_by_eta(Millis job_age, double eta_seconds) noexcept;

// The API names the fraction done, 0 to 1. None when it is too small to tell, or nothing is left.
std::optional<Millis> delay_by_progress(Millis job_age, double fraction) noexcept;

} // namespace pixelml
