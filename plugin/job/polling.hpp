#pragma once

#include "api/error.hpp"
#include "base/rare_text.hpp"
#include "job/machine.hpp"
#include "job/poll_timer.hpp"
#include "job/run_state.hpp"

#include <boost/asio/coroutine.hpp>

#include <optional>
#include <string>

namespace job_engine {

// From the moment the API has named the job until it is done.
//
//     state         event                     leads to
//     saving job    kept or not               -> before poll; poll, where the job was recovered
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
// How long it waits: PollTimer.
class Polling {
public:
    Polling(RunState& run, TimePoint now) : run_(run), timer_(run, now) {}

    // It begins with JobFound, with JobRecovered, or with Begun where an earlier run has found the job.
    Transition resume(TimePoint now, const Event& event);
    // Ends the run as RunState::ending says.
    Transition end(TimePoint now);
    HttpRequest request(TimePoint now) const;
    // Before poll: at once.
    void hurry(TimePoint now);

private:
    struct Poll {                    // the last one
        TimePoint answer_due_from{}; // it is held no longer
        TimePoint silent_at{};       // when to look at it if it has no answer yet
        RareText redirect;           // where it went instead of the job's own address
        LongPoll held = LongPoll::no;
    };
    using End = std::optional<Transition>; // nullopt: it goes on

    End take_new_job(TimePoint now, const JobFound& found);
    End end_between_polls(TimePoint now);

    Step poll(TimePoint now);
    const JobRequest& polled() const;
    Millis held() const;
    std::string target() const;

    Step look_at_silence(TimePoint now);
    void observe_answer(TimePoint now);

    End take_answer(TimePoint now, const Event& event);
    End take_failure(TimePoint now, const TransportFailure& failure);
    bool tells_why_it_failed(const HttpReply& reply) const;
    End take_refusal(TimePoint now, const HttpReply& reply);
    End take_refused_look(TimePoint now, const HttpReply& reply);
    End take_job(TimePoint now, const JobReply& job, const Replied& replied);
    End retry(TimePoint now, const std::string& why, std::optional<Millis> retry_after);
    bool follow_redirect(TimePoint now, const HttpReply& reply);
    void report(const JobReply& job, bool may_be_silent);

    RunState& run_;
    PollTimer timer_;
    Poll poll_;
    RareText redirect_;                                 // for the next poll
    TimePoint status_unknown_since_ = TimePoint::max(); // max(): it is known
    boost::asio::coroutine resume_point_;
    bool gave_poll_up_ = false;  // one that was silent, and none was answered quickly since
    bool job_succeeded_ = false; // only its result is still to be fetched
    bool warned_of_status_ = false;
};

} // namespace job_engine
