#pragma once

#include "api/error.hpp"
#include "base/rare_text.hpp"
#include "job/machine.hpp"
#include "job/poll_rate.hpp"
#include "job/run_state.hpp"
#include "polling/job_durations.hpp"

#include <boost/asio/coroutine.hpp>

#include <memory>
#include <optional>
#include <string>

namespace job_engine {

// From the moment the API has named the job until it is done.
//
//     state         event                     leads to
//     saving job    kept or not               -> before poll
//     before poll   its time                  -> poll; before poll, where it may not go out yet
//                   the service is back       -> before poll, soon
//                   the moment to suspend     -> suspended
//     poll          queued, running           -> before poll
//                   done, and its result is   -> poll, for the result
//                     an address of its own
//                   303                       -> poll, there
//                   the result                -> succeeded
//                   failed, cancelled         -> failed
//                   a failure that may pass   -> before poll
//                   another                   -> failed, collectable
//                   no answer in an outage    -> poll again
//     any           cancel                    -> Cancellation
//                   suspend                   -> suspended
//                   deadline                  -> failed, collectable; or Cancellation
//
// How long it waits: docs/polling.md. What it does in an outage: Throttle.
class Polling {
public:
    explicit Polling(RunState& run) : run_(run) {}

    // It begins with JobFound, or with Begun where an earlier run has found the job.
    Transition resume(TimePoint now, const Event& event);
    // Ends the run as RunState::ending says.
    Transition end(TimePoint now);
    // Before poll: at once.
    void hurry(TimePoint now);

private:
    struct Waiting {
        TimePoint until{};
        bool is_over = false;
        bool poll_due = true;        // then; false: only think again of when to poll
        TimePoint retry_at{};        // of a poll that failed, unless an outage or its end is noticed before
        TimePoint not_sooner_than{}; // what the last answer asked for
    };
    struct Poll { // the last one
        TimePoint asked_at{};
        TimePoint answer_due_from{}; // it is held no longer
        TimePoint silent_at{};       // when to look at it if it has no answer yet
        RareText target;
        bool was_held = true;      // as far as is known; see may_long_poll()
        bool was_given_up = false; // one that was silent, and none was answered quickly since
    };
    using End = std::optional<Transition>; // nullopt: it goes on

    End take_new_job(TimePoint now, const JobFound& found);
    End end_between_polls(TimePoint now);

    void wait(TimePoint now, Millis delay, std::optional<Millis> retry_after = {});
    void wait_for_next_poll(TimePoint now, std::optional<Millis> retry_after);
    NextPoll next_poll(TimePoint now);
    bool may_long_poll() const;
    bool may_poll(TimePoint now, const Event& event);
    Step poll(TimePoint now);

    // Outages.
    Step look_at_silence(TimePoint now);
    void come_back(TimePoint now, Millis within);
    Millis pause_in_outage(TimePoint now, bool has_just_asked);
    void observe_answer(TimePoint now);

    End take_answer(TimePoint now, const Event& event);
    End take_failure(TimePoint now, const TransportFailure& failure);
    End take_refusal(TimePoint now, const HttpReply& reply);
    End take_job(TimePoint now, const JobReply& job, const Replied& replied);
    End retry(TimePoint now, const std::string& why, std::optional<Millis> retry_after);
    bool follow_redirect(TimePoint now, const HttpReply& reply);
    void report(const JobReply& job, bool may_be_silent);

    Millis age(TimePoint now) const;

    RunState& run_;
    boost::asio::coroutine resume_point_;
    std::unique_ptr<JobWatch> watch_; // unless an earlier run has submitted the job, so its age is not known
    PollRate rate_;
    Waiting waiting_;
    Poll poll_;
    RareText follow_; // where the API sent the last poll to, for the next one
    TimePoint began_at_{};
    TimePoint heard_at_{}; // the last answer that told of the job
    std::optional<TimePoint> status_unknown_since_;
    int failures_ = 0;
    bool job_succeeded_ = false; // only its result is still to be fetched
    bool warned_of_status_ = false;
};

} // namespace job_engine
