// How a run ends early: cancel, suspend, deadline, defects.
#include "job/duration_text.hpp"
#include "job/job_flow.hpp"
#include "polling/poll_schedule.hpp"

#include <algorithm>
#include <utility>

namespace job_engine {
namespace {

// A host should not be asked to call again at once: it suspended the run to have peace.
constexpr Millis min_suspension{500};

} // namespace
Step JobFlow::end(TimePoint now, Ending ending) {
    ending_ = ending;
    ending_by_ = now + ending_bound;
    if (ending == Ending::cancel)
        report(Phase::cancelling, "Cancelling");
    // The reply to a submit under way names the job that is to be cancelled or suspended; a deadline
    // leaves no time for it.
    if (state_ == State::submitting && ending != Ending::deadline)
        return step(Continue{});
    if (state_ == State::cancelling)
        return step(Continue{});
    if (request_in_flight())
        return step(AbortRequest{});
    return has_job() ? end_with_job(now) : end_without_job(now);
}

// Between two requests, when the moment to suspend has come.
Step JobFlow::suspend_with_job(TimePoint now) {
    ending_ = Ending::suspend;
    return end_with_job(now);
}

Step JobFlow::end_with_job(TimePoint now) {
    if (ending_ == Ending::cancel || (ending_ == Ending::deadline && parameters_.cancel_job_at_deadline))
        return send_cancel(now);
    if (ending_ == Ending::deadline)
        return finish_at_deadline(false);
    return suspend_with(checkpoint_, progress_.eta.value_or(std::max(next_poll(now).delay, min_suspension)));
}

Step JobFlow::send_cancel(TimePoint now) {
    if (!binding().cancel)
        return on_cancel_failure(binding().name + " offers no way to cancel");
    state_ = State::cancelling;
    ending_by_ = std::min(ending_by_, now + ending_bound); // unset when the end of the submit was forced
    report(Phase::cancelling, "Cancelling job " + checkpoint_.job.id);
    auto request = job_request(*binding().cancel, binding(), parameters_.connection->base_path,
                               checkpoint_.job.targets.cancel, checkpoint_.job.id);
    request.timeout = std::max(Millis(1), std::min(parameters_.connection->request_timeout,
                                                   std::chrono::duration_cast<Millis>(ending_by_ - now)));
    return step(Send{with_trace(std::move(request))});
}

Step JobFlow::on_cancel_reply(const HttpReply& reply) {
    const bool accepted = reply.status >= 200 && reply.status < 300;
    if (accepted) {
        const auto job = read_job_reply(reply, binding(), parameters_.connection->origin, "/");
        if (job && job->status == JobStatus::succeeded) // before the cancel came, and it is paid for
            return job->video.empty() ? on_cancel_failure("it was done already") : succeed(*job);
    }
    const bool gone = reply.status == 404 || reply.status == 410;
    if (!accepted && !gone)
        return on_cancel_failure("HTTP " + std::to_string(reply.status));
    if (ending_ == Ending::deadline)
        return finish_at_deadline(true);
    // Another account's key or a stale replica answers so too: what was paid stays collectable.
    return gone
               ? finish_cancelled("The run was cancelled; " + binding().name + " does not know its job.",
                                  true)
               : finish_cancelled("The run was cancelled, and its job at " + binding().name + " too.", false);
}

Step JobFlow::on_cancel_failure(const std::string& why) {
    if (ending_ == Ending::deadline)
        return finish_at_deadline(false);
    return finish_cancelled("The run was cancelled, but its job goes on at " + binding().name + " (" + why
                                + "). Its checkpoint lets a later run collect the video.",
                            true);
}

Step JobFlow::finish_cancelled(std::string message, bool collectable) {
    Outcome outcome;
    outcome.kind = Outcome::Kind::cancelled;
    outcome.error = make_error(ErrorCode::cancelled, std::move(message));
    outcome.error.charged = Charged::unknown;
    outcome.error.job_id = checkpoint_.job.id;
    // A key whose job was cancelled is used up: an API may answer it with the cancelled job again.
    outcome.checkpoint = collectable ? checkpoint_ : next_generation();
    return finish(std::move(outcome));
}

Step JobFlow::on_forced_end(TimePoint now) {
    if (state_ == State::done)
        return step(Continue{});
    if (ending_ == Ending::cancel && has_job())
        return on_cancel_failure("the session was closed before the answer to the cancel came");
    if (ending_ != Ending::cancel)
        ending_ = Ending::suspend;
    uncertain_submit_ = uncertain_submit_ || state_ == State::submitting;
    if (!has_job())
        return end_without_job(now);
    return suspend_with(checkpoint_, progress_.eta.value_or(min_suspension));
}

Outcome JobFlow::broken_off(Error error) const {
    Outcome outcome;
    outcome.kind = Outcome::Kind::failed;
    outcome.checkpoint = newest_true_checkpoint();
    describe_charge(error, outcome.checkpoint);
    outcome.error = std::move(error);
    return outcome;
}

Step JobFlow::finish_at_deadline(bool job_cancelled) {
    auto error = make_error(
        ErrorCode::processing_timeout,
        "The video was not ready within " + duration_text(parameters_.timeout) + ". "
            + (last_trouble_.empty() ? "" : std::string(last_trouble_.view()) + " ")
            + (job_cancelled ? "The job was cancelled."
                             : "The job goes on; its checkpoint lets a later run collect the video."));
    error.charged = Charged::unknown;
    error.job_id = checkpoint_.job.id;
    return fail(std::move(error), job_cancelled ? next_generation() : checkpoint_);
}

} // namespace job_engine
