#include "job/cancellation.hpp"

#include "api/api_text.hpp"
#include "api/reply.hpp"
#include "api/request.hpp"
#include "job/run_end.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <boost/asio/yield.hpp> // last: it defines reenter and yield

namespace job_engine {

Transition Cancellation::resume(TimePoint now, const Event& event) {
    reenter(resume_point_) {
        if (!run_.binding().cancel)
            return finish(job_goes_on(run_.binding().name + " offers no way to cancel"));
        run_.report.set_phase(Phase::cancelling, "Cancelling job " + run_.checkpoint.job.id);
        run_.ending_by = std::min(run_.ending_by, now + ending_bound);
        yield return Step{Send{}};
        return finish(outcome_of(event));
    }
    return Step{Continue{}};
}

HttpRequest Cancellation::request(TimePoint now) const {
    const auto& connection = run_.connection();
    const auto& job = run_.checkpoint.job;
    const auto& cancel = *run_.binding().cancel;
    auto request =
        job_request(cancel, run_.binding(),
                    job_target(cancel, connection.base_path, job.targets.cancel.view(), job.id), job.id);
    const auto time_left = std::chrono::duration_cast<Millis>(run_.ending_by - now);
    request.timeout = std::max(Millis(1), std::min(connection.request_timeout, time_left));
    return request;
}

Outcome Cancellation::outcome_of(const Event& event) {
    if (const auto* failed = std::get_if<RequestFailed>(&event))
        return job_goes_on(failed->failure.message);
    const auto& replied = std::get<Replied>(event);
    const auto& reply = replied.reply;
    const bool accepted = is_success(reply.status);
    if (accepted) {
        const auto job = read_job_reply(reply, run_.binding(), run_.connection().origin, "/");
        if (job && job->status == JobStatus::succeeded) // before the cancel came, and it is paid for
            return job->media.empty() ? job_goes_on("it was done already") : job_done(run_, *job, replied);
        // Only a reply that does not contradict it means that nothing is made and paid any more.
        if (job && (job->is_refusal || job->refused))
            return job_goes_on(clause(error_of_refusal(reply, run_.binding()).message));
        if (job && (job->status == JobStatus::running || job->status == JobStatus::queued))
            return job_goes_on("its answer to the cancel calls the job \"" + presentable(job->status_word, 64)
                               + "\"");
    }
    const bool gone = reply.status == 404 || reply.status == 410;
    if (!accepted && !gone)
        return job_goes_on("HTTP " + std::to_string(reply.status));
    if (run_.ending == Ending::deadline)
        return deadline_passed(run_, true);
    const auto& service = run_.binding().name;
    // Another account's key or a stale replica answers "not found" too: what was paid stays collectable.
    return gone ? cancelled_with_job(run_, "The run was cancelled; " + service + " does not know its job.",
                                     true)
                : cancelled_with_job(run_, "The run was cancelled, and its job at " + service + " too.",
                                     false);
}

Outcome Cancellation::job_goes_on(const std::string& why) const {
    return run_.ending == Ending::deadline ? deadline_passed(run_, false)
                                           : cancelled_but_job_goes_on(run_, why);
}

} // namespace job_engine

#include <boost/asio/unyield.hpp>
