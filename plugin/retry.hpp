#pragma once

#include "http_message.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

namespace pixelml {

using Millis = std::chrono::milliseconds;
using TimePoint = std::chrono::steady_clock::time_point;

// Whether repeating the request changes nothing: the peer is not trusted, or the proxy refuses.
bool is_refusal(const TransportFailure& failure) noexcept;

// What the end of a submit says about the job.
enum class SubmitVerdict {
    accepted,  // a reply that should name the job
    absent,    // certainly no job: may be repeated
    uncertain, // there may be a job: may be repeated only with a key that the API honours
    rejected   // certainly no job, and repeating it changes nothing
};
SubmitVerdict verdict_of_submit(int http_status) noexcept;
SubmitVerdict verdict_of_submit(const TransportFailure& failure) noexcept;

// Whether a poll that ended like this is worth repeating.
bool poll_may_recover(int http_status) noexcept;
bool poll_may_recover(const TransportFailure& failure) noexcept;

// Numbers in [0, 1) for jitter.
class Jitter {
public:
    explicit Jitter(std::uint64_t seed) noexcept : state_(seed) {}
    double next() noexcept;

private:
    std::uint64_t state_;
};

// Exponential with full jitter: anything up to 0.5 s x 2^failures, at most 30 s. failures counts from 0.
Millis backoff(int failures, double jitter) noexcept;
// The failures with the longest backoff: for what goes on although the retry budget has nothing left.
inline constexpr int slowest_backoff = 10;

// The value of a Retry-After header, seconds or an HTTP date, from now_utc (Unix seconds) on; at most a day.
std::optional<Millis> parse_retry_after(std::string_view value, std::int64_t now_utc);

// What all runs of one connection share so that an outage is not answered with a storm: a pause that a
// 429 imposes on everybody, and a budget of retries that successes refill. Thread-safe.
class Traffic {
public:
    TimePoint not_before() const;
    void pause_until(TimePoint moment);

    // Takes a retry from the budget; false when it is used up.
    bool take_retry();
    void note_success();

private:
    mutable std::mutex mutex_;
    TimePoint not_before_{};
    int tokens_ = 500;
};

} // namespace pixelml
