#pragma once

#include "api/reply.hpp"
#include "job/file_for_submit.hpp"
#include "job/step.hpp"
#include "media/media_check.hpp"

#include <optional>
#include <utility>
#include <variant>

namespace job_engine {

// What the machines of a JobFlow are told, and what they answer. Each waits for the event that belongs to its
// last action, and gets no other; see JobFlow.

struct Begun {};
struct MediaChecked {
    const MediaVerdict& verdict;
};
struct SlotAcquired {};
struct FileHandedOver {
    FileOutcome& outcome;
};
struct CheckpointAnswered {
    bool kept;
};
struct Replied {
    const HttpReply& reply; // without the connection's secrets, which an API may repeat anywhere
    const HttpReply& whole; // as it came
};
struct RequestFailed {
    const TransportFailure& failure;
};
struct TimerFired {};
struct ServiceBack {
    Millis within; // see JobFlow::on_service_back
};
struct JobFound { // in the reply to a submit
    const JobReply& job;
    const Replied& replied;
};
struct JobRecovered {}; // in the API's list of jobs, or in a reply that an earlier run could not read
using Event = std::variant<Begun, MediaChecked, SlotAcquired, FileHandedOver, CheckpointAnswered, Replied,
                           RequestFailed, TimerFired, ServiceBack, JobFound, JobRecovered>;

// Another machine goes on in the same step.
struct PollJob {                 // by Submission: the job is known
    std::optional<JobReply> job; // as the submit's reply names it; nullopt: it was recovered
};
struct CancelJob {}; // by Polling: RunState::ending wants the job cancelled
using Transition = std::variant<Step, PollJob, CancelJob>;

inline Step finish(Outcome&& outcome) {
    return {Finish{std::move(outcome)}};
}

} // namespace job_engine
