#pragma once

#include "job/machine.hpp"
#include "job/outcome.hpp"
#include "job/run_state.hpp"

#include <boost/asio/coroutine.hpp>

namespace job_engine {

// A run that only asks whether the service answers and takes the key. It asks once, the way a job is polled,
// for a job that cannot exist: no API makes or charges anything for that.
//
//     state   event                            leads to
//     begin   the binding has no such request  -> succeeded, with a warning
//     asking  2xx, 4xx                         -> succeeded; with a warning where the answer is no API's
//             429                              -> succeeded, with a warning: the key was not looked at
//             the key is refused, no credits   -> failed, also where a 2xx says so
//             3xx, 5xx, 408, 425, no answer    -> failed
//     any     cancel, suspend, deadline        -> the end
class ConnectionCheck {
public:
    explicit ConnectionCheck(RunState& run) : run_(run) {}

    Transition resume(TimePoint now, const Event& event);
    // Ends the run as RunState::ending says. is_sent: a request is under way, or was.
    Transition end(bool is_sent) const;
    HttpRequest request(TimePoint now) const;

private:
    Transition outcome_of(const Event& event);

    RunState& run_;
    boost::asio::coroutine resume_point_;
};

} // namespace job_engine
