#include "polling/poll_schedule.hpp"

#include <algorithm>
#include <cmath>

namespace job_engine {
namespace {

constexpr Millis shortest{500};
constexpr Millis longest{5'000};
constexpr Millis max_with_eta{10'000};

// An estimate is looked at again on the way from here on, and as often as the longest sleep asks for beyond.
constexpr Millis far{10'000};
constexpr Millis very_far{30'000};
// A clock and a network between: a look a little early costs a request and a wait.
constexpr Millis margin{40};

// An end that is overdue is looked for at intervals that grow with the job.
Millis min_delay(Millis job_age) noexcept {
    return std::clamp(job_age / 50, Millis(100), longest);
}

Millis millis(double seconds) noexcept {
    // Not a number counts as zero: the API's word decides nothing but when to look.
    return Millis(std::llround((seconds > 0 ? std::min(seconds, 86'400.0) : 0) * 1000));
}

} // namespace

Millis delay_by_eta(Millis job_age, double eta_seconds) noexcept {
    const auto age = std::max(job_age, Millis(0));
    const auto left = millis(eta_seconds);
    if (left > very_far)
        return max_with_eta;
    if (left > far && left > age + margin)
        return left / 2;
    return std::max(left + margin, min_delay(age));
}

std::optional<Millis> delay_by_progress(Millis job_age, double fraction) noexcept {
    constexpr double telling = 0.1;
    constexpr double trusted = 0.6; // of the time left: progress is seldom even
    if (!(fraction >= telling && fraction < 1) || job_age <= Millis(0))
        return std::nullopt;
    const auto left = std::chrono::duration<double>(job_age).count() * (1 - fraction) / fraction;
    const auto part = std::min(millis(left * trusted), max_with_eta);
    const auto least = min_delay(job_age);
    return part > least ? part : std::clamp(millis(left) + margin, std::min(least, margin), least);
}

Millis delay_without_age(Millis watched) noexcept {
    return std::clamp(watched / 5, shortest, longest);
}

} // namespace job_engine
