#pragma once

#include "api/error.hpp"
#include "base/time.hpp"
#include "http/http_message.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>

namespace job_engine {

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

// Whether an error that the API has named may be gone after a while.
constexpr bool may_pass(ErrorCode code) noexcept {
    return code == ErrorCode::rate_limited || code == ErrorCode::model_not_available;
}

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

// Whether the end of a poll speaks of the service as a whole: nobody is there, rather than a bad answer
// about one job. 429 is the answer of a service that is there.
bool speaks_of_outage(int http_status) noexcept;
bool speaks_of_outage(const TransportFailure& failure) noexcept;

// The longest time until a run that waits out an outage looks whether it is over. Each look is at a random
// moment within it, so the runs also come back spread over it.
inline constexpr Millis outage_spread{2'000};
// The longest time until the next poll of a run that has slept through an outage. It grows with the runs, so
// that a service that is just back is not asked by thousands at once: each finds its own time soon enough.
constexpr Millis max_wait_after_outage(std::size_t runs) {
    return std::max(Millis(4'000), Millis(2 * runs));
}

// What all runs of one connection share so that an outage is not answered with a storm: a pause that a
// 429 imposes on everybody, a budget of retries that successes refill, and whether the service is away: then
// one poll a second goes out, whosever it is, until one is answered. A turn needs no giving back, so a run
// may end during its own. Thread-safe.
class Throttle {
public:
    // on_return: called at the end of an outage, by whoever has the first answer.
    explicit Throttle(std::function<void()> on_return = [] {}) : on_return_(std::move(on_return)) {}

    TimePoint not_before() const;
    void pause_until(TimePoint moment);

    // Takes a retry from the budget; false when it is used up.
    bool take_retry();
    void observe_success();

    // The service has answered, whatever it said, after this time.
    void observe_answer(TimePoint now, Millis took);
    // A poll has ended as speaks_of_outage() says.
    void observe_failure(TimePoint now);
    // A poll has no answer, due since then. When that lasts longer than answers do and nobody else has had
    // one since, the service is away; true: others were answered, so this poll is lost, or slow.
    bool observe_silence(TimePoint now, TimePoint due_from);

    bool is_away() const;
    // Whether an outage has been noticed or has ended since: what was asked before is not worth waiting for.
    bool has_turned_since(TimePoint moment) const;
    // Whether a poll may go out; during an outage it takes the turn of this second.
    bool may_ask(TimePoint now);
    // When the next turn is, during an outage.
    TimePoint next_turn() const;
    // The service asks not to be asked for so long.
    void put_off_turn(TimePoint moment);

private:
    void begin_outage(TimePoint now, TimePoint first_turn); // under the lock

    const std::function<void()> on_return_;
    mutable std::mutex mutex_;
    TimePoint not_before_{};
    int tokens_ = 500;

    bool away_ = false;
    TimePoint turned_at_{}; // the last outage was noticed, or ended
    TimePoint next_turn_{};
    TimePoint answered_at_{};
    TimePoint first_failure_at_{}; // of those in a row
    int failures_ = 0;
    Millis slowest_answer_{};
};

} // namespace job_engine
