#pragma once

#include "job/machine.hpp"
#include "job/run_state.hpp"

#include <boost/asio/coroutine.hpp>

namespace job_engine {

// The job's cancel at the API, because the run was cancelled or its deadline has passed.
//
//     state     event                            leads to
//     cancel    2xx, and the job was done        -> succeeded
//               2xx                              -> cancelled; the key is used up
//               404, 410                         -> cancelled, collectable
//               another answer, none, no way     -> cancelled, and the job goes on, collectable
//                 to cancel
//
// At the deadline it ends as a processing timeout instead of as cancelled, unless a cancel comes meanwhile.
class Cancellation {
public:
    explicit Cancellation(RunState& run) : run_(run) {}

    Transition resume(TimePoint now, const Event& event);
    HttpRequest request(TimePoint now) const;

private:
    Outcome outcome_of(const Event& event);
    Outcome job_goes_on(const std::string& why) const;

    RunState& run_;
    boost::asio::coroutine resume_point_;
};

} // namespace job_engine
