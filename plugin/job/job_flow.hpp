#pragma once

#include "job/cancellation.hpp"
#include "job/connection_check.hpp"
#include "job/machine.hpp"
#include "job/polling.hpp"
#include "job/run_state.hpp"
#include "job/step.hpp"
#include "job/submission.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace job_engine {

// One run as a state machine without I/O, clock or randomness of its own: it is told what happened and
// when, and answers with what to do next. Everything that decides over money is in here. Not thread-safe.
//
// It consists of machines, each with its transitions on top and its story in one function:
//
//     Submission -> Polling -> Cancellation, or ConnectionCheck alone
//
// It keeps what they have in common: the deadline, the ends that the host asks for, and which event the
// machine waits for; every other event is of no meaning to it.
class JobFlow {
public:
    // What it is given by reference must outlive the flow. Without inputs it can only take up a job.
    JobFlow(RunParameters parameters, ServiceState& service, const Node& node);

    Step start(TimePoint now);
    Step on_media_checked(TimePoint now, const MediaVerdict& verdict);
    Step on_slot(TimePoint now);
    Step on_file(TimePoint now, FileOutcome&& outcome);
    Step on_checkpoint(TimePoint now, bool kept);
    Step on_reply(TimePoint now, const HttpReply& reply);
    Step on_failure(TimePoint now, const TransportFailure& failure);
    Step on_timer(TimePoint now);
    // is_sent: false where the request under way still waits for its connection.
    Step on_cancel(TimePoint now, bool is_sent = true);
    Step on_suspend(TimePoint now, bool is_sent = true);
    // An outage is over: a poll is due within this time, see max_wait_after_outage.
    Step on_service_back(TimePoint now, Millis within);
    // What Send sends. Thousands may wait for a connection, so it is made when there is one.
    HttpRequest request(TimePoint now) const;
    // Ends the run in this very step, whatever is under way.
    Step on_forced_end(TimePoint now);
    // The end of the run by a defect, which the error tells of.
    Outcome broken_off(Error error) const;

    const std::shared_ptr<const Connection>& connection() const noexcept {
        return run_.parameters.connection;
    }
    RunReport& report() noexcept { return run_.report; }
    std::string_view run_key() const noexcept { return run_.parameters.run_key; }
    const std::string& job_id() const noexcept { return run_.checkpoint.job.id; }

private:
    // What the last action is followed by.
    enum class Awaited { media, slot, file, checkpoint, answer, time, nothing };

    Step resume(TimePoint now, const Event& event);
    Step follow(TimePoint now, const Event& event, Transition&& transition);
    Step end(TimePoint now, Ending ending, bool is_sent);
    Step end_machine(TimePoint now);
    Step take(Step&& step);
    Step go_on() const;
    TimePoint wake_at() const noexcept;

    RunState run_;
    std::variant<Submission, Polling, Cancellation, ConnectionCheck> machine_;
    Awaited awaited_ = Awaited::nothing;
    bool is_done_ = false;
    bool woke_late_ = false;           // after its deadline, and was given time for one last look
    TimePoint due_ = TimePoint::max(); // when the machine wants to be called
};

} // namespace job_engine
