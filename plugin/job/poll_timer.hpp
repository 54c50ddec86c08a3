#pragma once

#include "job/poll_rate.hpp"
#include "job/run_state.hpp"
#include "polling/job_durations.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace job_engine {

// When the next poll of a job goes out: docs/polling.md. Between two polls it waits; a wait is over at
// wake_at(), and then may_poll() says whether a poll may go out or the wait goes on.
class PollTimer {
public:
    // The job is known from now on.
    PollTimer(RunState& run, TimePoint now) : run_(run), began_at_(now), heard_at_(now) {}

    // This run has submitted the job, so its age is known. durations: of jobs of its kind.
    void watch(std::shared_ptr<JobDurations> durations) { watch_.begin(std::move(durations)); }
    bool knows_age() const noexcept { return watch_.has_begun(); }
    Millis age(TimePoint now) const;

    // Each of these begins a wait. retry_after: what the answer asked for.
    void wait_for_next_poll(TimePoint now, std::optional<Millis> retry_after);
    // Returns how long.
    Millis wait_after_failure(TimePoint now, std::optional<Millis> retry_after);
    void hurry(TimePoint now); // the wait is over at once

    TimePoint wake_at() const noexcept { return until_; }
    // At wake_at(), and right after the wait began.
    bool may_poll(TimePoint now, bool has_just_asked);
    // An outage is over: see JobFlow::on_service_back.
    void come_back(TimePoint now, Millis within);
    bool is_hurried() const noexcept { return is_over_; }
    void reach(TimePoint now) noexcept { is_over_ = now >= until_; }

    // Whether a poll may ask to be held until the job is done. It holds a connection that other runs may
    // want.
    bool may_long_poll() const;
    void observe_poll(TimePoint now);
    TimePoint asked_at() const noexcept { return asked_at_; }
    // The answer to the last poll tells of the job.
    void observe_answer(TimePoint now);
    void observe_running(TimePoint now);
    void observe_done(TimePoint now);

    Millis next_backoff() { return backoff(failures_, run_.jitter().next()); }

    // How long from now, as far as is known.
    NextPoll next_poll(TimePoint now);

private:
    void wait(TimePoint now, Millis delay, std::optional<Millis> retry_after = {});
    Millis pause_in_outage(TimePoint now, bool has_just_asked);

    RunState& run_;
    JobWatch watch_;
    PollRate rate_;
    const TimePoint began_at_;
    TimePoint until_{};
    TimePoint retry_at_{};        // of a poll that failed, unless an outage or its end is noticed before
    TimePoint not_sooner_than_{}; // what the last answer asked for
    TimePoint asked_at_{};        // the last poll
    TimePoint heard_at_;          // the last answer that told of the job
    int failures_ = 0;            // in a row
    bool is_over_ = false;
    bool poll_due_ = true; // at until_; false: only think again of when to poll
    bool was_held_ = true; // the last poll, as far as is known; see may_long_poll()
};

} // namespace job_engine
