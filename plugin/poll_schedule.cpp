#include "poll_schedule.hpp"

#include <algorithm>
#include <cmath>

namespace pixelml {
namespace {

constexpr Millis shortest{500};
constexpr Millis longest{5'000};
constexpr Millis longest_with_eta{10'000};

} // namespace

Millis poll_delay(Millis job_age, std::optional<double> eta_seconds) noexcept {
    if (!eta_seconds)
        return std::clamp(job_age / 5, shortest, longest);
    // Estimates move while a job runs, so a far one is looked at again on the way, for its progress too.
    const auto eta_ms = std::min(*eta_seconds, 3600.0) * 1000.0;
    const Millis eta(static_cast<Millis::rep>(std::llround(eta_ms)));
    return std::clamp(eta > 2 * longest ? eta / 2 : eta, shortest, longest_with_eta);
}

} // namespace pixelml
