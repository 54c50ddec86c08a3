#include "job/retry.hpp"

#include <algorithm>
#include <utility>

namespace job_engine {
namespace {

// A retry costs 5 of 500 tokens and a success gives 1 back: during an outage about 100 retries go out,
// later one for every five successes.
constexpr int full_budget = 500;
constexpr int retry_cost = 5;

constexpr Millis first_backoff{500};
constexpr Millis max_backoff{30'000};

// The service is away when so many polls in a row got no answer, over so long a time: among many runs a few
// failures in one moment are no outage.
constexpr int failures_of_outage = 3;
constexpr Millis time_of_outage{1'000};
constexpr Millis time_of_silence{3'000};
constexpr Millis turn_interval{1'000};

} // namespace

bool is_refusal(const TransportFailure& failure) noexcept {
    return failure.kind == TransportFailure::Kind::tls || failure.kind == TransportFailure::Kind::proxy
           || failure.kind == TransportFailure::Kind::not_public;
}

SubmitVerdict verdict_of_submit(int http_status) noexcept {
    if (is_success(http_status))
        return SubmitVerdict::accepted;
    if (http_status == 429 || http_status == 503 || http_status == 425)
        return SubmitVerdict::absent;
    // A proxy or the API may redirect what it has already acted on.
    if (http_status >= 301 && http_status <= 303)
        return SubmitVerdict::uncertain;
    // 409 is what an API answers while the first request with this key is still at work.
    if (http_status >= 500 || http_status == 408 || http_status == 409 || http_status < 200)
        return SubmitVerdict::uncertain;
    return SubmitVerdict::rejected;
}

SubmitVerdict verdict_of_submit(const TransportFailure& failure) noexcept {
    if (failure.may_have_arrived)
        return SubmitVerdict::uncertain;
    return is_refusal(failure) ? SubmitVerdict::rejected : SubmitVerdict::absent;
}

bool poll_may_recover(int http_status) noexcept {
    return http_status >= 500 || http_status == 408 || http_status == 409 || http_status == 425
           || http_status == 429;
}

bool poll_may_recover(const TransportFailure& failure) noexcept {
    return !is_refusal(failure);
}

bool speaks_of_outage(int http_status) noexcept {
    return http_status >= 500;
}

bool speaks_of_outage(const TransportFailure& failure) noexcept {
    using Kind = TransportFailure::Kind;
    return failure.kind == Kind::unreachable || failure.kind == Kind::broken
           || failure.kind == Kind::timed_out;
}

// SplitMix64: a few instructions, and good enough to spread retries.
double Jitter::next() noexcept {
    state_ += 0x9e3779b97f4a7c15U;
    auto z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    z ^= z >> 31U;
    return static_cast<double>(z >> 11U) / 9007199254740992.0; // 2^53
}

Millis backoff(int failures, double jitter) noexcept {
    const auto ceiling = std::min(max_backoff, Millis(first_backoff.count() << std::clamp(failures, 0, 10)));
    return Millis(static_cast<std::int64_t>(static_cast<double>(ceiling.count()) * jitter));
}

TimePoint Throttle::not_before() const {
    const std::lock_guard lock(mutex_);
    return not_before_;
}

void Throttle::pause_until(TimePoint moment) {
    const std::lock_guard lock(mutex_);
    not_before_ = std::max(not_before_, moment);
}

bool Throttle::take_retry() {
    const std::lock_guard lock(mutex_);
    if (tokens_ < retry_cost)
        return false;
    tokens_ -= retry_cost;
    return true;
}

void Throttle::observe_success() {
    const std::lock_guard lock(mutex_);
    tokens_ = std::min(full_budget, tokens_ + 1);
}

void Throttle::observe_answer(TimePoint now, Millis took) {
    bool returns = false;
    {
        const std::lock_guard lock(mutex_);
        answered_at_ = std::max(answered_at_, now);
        slowest_answer_ = std::max(took, slowest_answer_ - slowest_answer_ / 16); // what was once fades
        failures_ = 0;
        returns = std::exchange(away_, false);
        if (returns)
            turned_at_ = now;
    }
    if (returns)
        on_return_();
}

void Throttle::observe_failure(TimePoint now) {
    const std::lock_guard lock(mutex_);
    if (failures_++ == 0)
        first_failure_at_ = now;
    if (failures_ >= failures_of_outage && now - first_failure_at_ >= time_of_outage)
        begin_outage(now, now + turn_interval);
}

// A service that is merely slow is mistaken for one that is away once; then its time is known.
bool Throttle::observe_silence(TimePoint now, TimePoint due_from) {
    const std::lock_guard lock(mutex_);
    if (now - due_from < std::max(time_of_silence, 2 * slowest_answer_))
        return false;
    if (answered_at_ >= due_from)
        return true;
    if (turned_at_ <= due_from)
        begin_outage(now, now);
    return false;
}

void Throttle::begin_outage(TimePoint now, TimePoint first_turn) {
    if (away_)
        return;
    away_ = true;
    turned_at_ = now;
    next_turn_ = first_turn;
}

bool Throttle::is_away() const {
    const std::lock_guard lock(mutex_);
    return away_;
}

bool Throttle::has_turned_since(TimePoint moment) const {
    const std::lock_guard lock(mutex_);
    return turned_at_ > moment;
}

bool Throttle::may_ask(TimePoint now) {
    const std::lock_guard lock(mutex_);
    if (!away_)
        return true;
    if (now < next_turn_)
        return false;
    next_turn_ = now + turn_interval;
    return true;
}

TimePoint Throttle::next_turn() const {
    const std::lock_guard lock(mutex_);
    return next_turn_;
}

void Throttle::put_off_turn(TimePoint moment) {
    const std::lock_guard lock(mutex_);
    next_turn_ = std::max(next_turn_, moment);
}

} // namespace job_engine
