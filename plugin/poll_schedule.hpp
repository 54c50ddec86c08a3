#pragma once

#include "retry.hpp"

#include <optional>

namespace pixelml {

// When to look at a job next, counted from now: soon after its expected end where the API names one,
// otherwise at growing intervals with the job's age, 0.5 s to 5 s.
Millis poll_delay(Millis job_age, std::optional<double> eta_seconds) noexcept;

} // namespace pixelml
