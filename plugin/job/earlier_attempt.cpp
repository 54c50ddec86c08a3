#include "job/earlier_attempt.hpp"

#include "base/secret.hpp"
#include "job/kept_reply.hpp"
#include "job/run_end.hpp"
#include "job/submit_answer.hpp"

#include <optional>
#include <string>
#include <utility>

namespace job_engine {
namespace {

using TakenUp = std::variant<Beginning, Outcome>;
using State = Checkpoint::State;

// What an earlier run has left is a job, or may be found to be one.
bool may_be_collected(const RunState& run) {
    const auto* earlier = run.parameters.checkpoint.get();
    if (earlier == nullptr)
        return false;
    return leads_to_job(*earlier) || (earlier->state != State::prepared && run.binding().find);
}

// Before anything is sent: the binding may have been corrected since the reply came. What it names now
// outranks what a wrong one has read. nullopt: the run goes on with what the checkpoint knows.
std::optional<TakenUp> reread_submit_reply(RunState& run) {
    const bool knew_job = run.has_job();
    const auto reply = read_kept_reply(run.checkpoint.reply.view());
    if (!reply)
        return std::nullopt;
    auto answer = read_submit_answer(*reply, run.connection());
    const bool leads_nowhere = answer.job.media.find(secret_mask) != std::string::npos;
    if (is_success(reply->status) && !leads_nowhere
        && has_media(answer.job, run.connection().allow_insecure_loopback))
        if (auto done = job_done(run, answer.job, Replied{*reply, *reply}); !done.checkpoint)
            return done;
    if (!answer.job.id.empty()) {
        run.take_job(answer.job);
        if (knew_job)
            return std::nullopt;
        run.parameters.job.reset();
        return Beginning::news_of_job;
    }
    const bool may_submit = run.connection().idempotent_submit && run.parameters.job != nullptr
                            && run.parameters.purpose == Purpose::make_job;
    if (knew_job || may_submit || run.binding().find)
        return std::nullopt;
    auto unread = submit_failed(run, std::move(answer.error), true);
    unread.error.retryable = false; // the same run would read the same
    return unread;
}

Outcome of_another_run(Checkpoint earlier) {
    auto error = make_error(ErrorCode::invalid_input,
                            "The checkpoint belongs to a run with other inputs or another API ("
                                + std::string(earlier.api.view())
                                + "): use the same ones, or start without the checkpoint.");
    error.charged = Charged::unknown;
    error.job_id = earlier.job.id;
    return failed(std::move(error), std::move(earlier));
}

} // namespace

TakenUp take_up_earlier(RunState& run) {
    auto& parameters = run.parameters;
    const bool only_collects = parameters.purpose == Purpose::collect_job;
    // Before anything else: no state that is reached from here submits.
    if (only_collects && !may_be_collected(run))
        return nothing_to_collect(parameters.checkpoint.get());
    if (!parameters.checkpoint)
        return Beginning::submit;
    auto earlier = std::move(*parameters.checkpoint);
    parameters.checkpoint.reset();
    // To look at a job its inputs are not needed; those that cannot be read are no other run's.
    const bool same_inputs = parameters.job == nullptr || earlier.input_digest == run.checkpoint.input_digest;
    const bool same_run = same_inputs && earlier.api == run.checkpoint.api;
    if (earlier.state == State::prepared && !only_collects) {
        // Nothing was paid for, so other inputs are simply another run.
        if (same_run)
            run.checkpoint = std::move(earlier);
        return Beginning::submit;
    }
    if (!same_run)
        return of_another_run(std::move(earlier));
    const bool had_ended = earlier.state == State::prepared;
    run.checkpoint = had_ended ? with_ended_job(std::move(earlier)) : std::move(earlier);
    if (auto end = reread_submit_reply(run))
        return std::move(*end);
    if (run.has_job()) {
        parameters.job.reset();
        // A run that dies while it collects goes on with this job instead of making another.
        return had_ended ? Beginning::news_of_job : Beginning::job;
    }
    if (can_be_settled(run.connection()))
        return Beginning::doubtful_submit;
    return submit_failed(run,
                         make_error(ErrorCode::submission_unknown,
                                    "The run was interrupted while its job was being submitted."),
                         true);
}

} // namespace job_engine
