#include "job/run_end.hpp"

#include "api/request.hpp"
#include "http/url.hpp"
#include "job/duration_text.hpp"
#include "job/kept_reply.hpp"
#include "job/output.hpp"
#include "job/submit_answer.hpp"

#include <functional>
#include <optional>
#include <string_view>
#include <utility>

namespace job_engine {
namespace {

using State = Checkpoint::State;

Checkpoint next_key(const RunState& run) {
    return next_generation(run.checkpoint, run.parameters.run_key);
}

std::string product(const RunState& run) {
    return std::string(run.node.type.product);
}

Error with_job(Error error, const RunState& run) {
    error.charged = Charged::unknown;
    error.job_id = run.checkpoint.job.id;
    return error;
}

// What a wrong description takes for the product although it cannot be: what was sent, and where requests
// about the job go. Empty: it is none of that.
std::string mistaken_for_media(const RunState& run, const JobReply& job) {
    if (run.media_input != 0 && std::hash<std::string_view>{}(job.media) == run.media_input)
        return "the " + std::string(media_input(run.node.type)) + " that was sent";
    if (job.media.find(run.connection().origin.host) == std::string::npos)
        return {}; // as most are
    const auto& known = run.has_job() ? run.checkpoint.job : Job{job.id, job.targets};
    const auto is_target_of = [&, target = same_origin_target(run.connection().origin, "/", job.media)](
                                  const JobRequest& request, const RareText& own) {
        const bool has_target = !own.empty() || !request.path.empty();
        return target && has_target
               && *target == job_target(request, run.connection().base_path, own.view(), known.id);
    };
    const auto& binding = run.binding();
    const bool is_own = is_target_of(binding.poll, known.targets.poll)
                        || (binding.result && is_target_of(*binding.result, known.targets.result))
                        || (binding.cancel && is_target_of(*binding.cancel, known.targets.cancel));
    return is_own ? "the job's own address at " + binding.name : std::string();
}

Result<std::string> output_of(const RunState& run, const std::string& url, const JobReply& job,
                              std::string_view reply) {
    if (const auto other = mistaken_for_media(run, job); !other.empty()) {
        auto error = make_error(ErrorCode::invalid_api_response,
                                "The API calls the job done, but where the description looks for the "
                                    + product(run) + " is " + other + ".");
        error.charged = Charged::yes;
        error.details = {detail_of_reply(job.media_path, reply)};
        return error;
    }
    return make_output(url, run.node, run.connection().allow_insecure_loopback, job.media_path, reply);
}

// The URL of what was made is the one thing that is not masked: it would lead to nothing, and it is paid for.
std::string whole_url(const RunState& run, const std::string& url, const Replied& replied) {
    if (&replied.reply == &replied.whole || url.find(secret_mask) == std::string::npos)
        return url;
    const auto job = read_job_reply(replied.whole, run.binding(), run.connection().origin, "/");
    return job ? job->media : url;
}

} // namespace

Outcome submit_failed(const RunState& run, Error error, bool may_exist, bool was_answered) {
    if (!may_exist) {
        const bool answered = was_answered && error.http_status != 0;
        return failed(std::move(error),
                      answered ? std::optional(next_key(run)) : unsubmitted(run.checkpoint));
    }
    auto unknown =
        make_error(ErrorCode::submission_unknown, error.message + " The job may exist and be billed.");
    unknown.http_status = error.http_status;
    unknown.request_id = error.request_id;
    unknown.retry_after_ms = error.retry_after_ms;
    unknown.charged = Charged::unknown;
    unknown.retryable = can_be_settled(run.connection());
    unknown.details = std::move(error.details);
    if (const auto reply = read_kept_reply(run.checkpoint.reply.view())) {
        unknown.details = details_of_submit_reply(*reply, run.binding());
        unknown.message +=
            " The reply is in the details and in the checkpoint: if it names the job, correct the "
            "connection's api_binding, and run again with this checkpoint or collect it, which "
            "reads the reply again.";
    }
    return failed(std::move(unknown), in_doubt(run.checkpoint));
}

Outcome nothing_to_collect(const Checkpoint* earlier) {
    const auto* why = "There is no checkpoint, so there is no job to collect.";
    if (earlier != nullptr)
        why = earlier->state == State::prepared
                  ? "The checkpoint is of a run that has submitted nothing, so there is no job to collect."
                  : "The checkpoint is of a run that was interrupted while it submitted: its job, if there "
                    "is one, is "
                    "not known by name and cannot be collected.";
    auto error = make_error(ErrorCode::nothing_to_collect, why);
    auto kept = earlier != nullptr ? std::optional(*earlier) : std::nullopt;
    describe_charge(error, kept);
    return failed(std::move(error), std::move(kept));
}

Outcome never_made(const RunState& run) {
    auto prepared = in_state(run.checkpoint, State::prepared);
    const bool collects = run.parameters.purpose == Purpose::collect_job;
    const auto& service = run.binding().name;
    return failed(collects ? make_error(ErrorCode::nothing_to_collect,
                                        "The job was never made: " + service
                                            + " does not list it, so there is none to collect.")
                           : make_error(ErrorCode::invalid_input,
                                        "The job was never made: " + service
                                            + " does not list it. It cannot be submitted now, because the "
                                              "inputs are not valid any more."),
                  std::move(prepared));
}

Error another_file(const RunState& run) {
    return make_error(ErrorCode::invalid_input,
                      "The run was interrupted while its job was being submitted, and behind its "
                          + std::string(media_input(run.node.type)) + " is another file now.");
}

Outcome with_another_file(const RunState& run) {
    auto error = another_file(run);
    error.message +=
        " Give the same one to go on. The job may exist and be billed: look at the account before "
        "you start without the checkpoint, which submits another one.";
    error.charged = Charged::unknown;
    return failed(std::move(error), in_doubt(run.checkpoint));
}

Outcome ended_without_job(const RunState& run, bool may_exist, const Error* last_error, Millis resume_after) {
    if (run.ending == Ending::cancel) {
        if (!may_exist)
            return cancelled(
                make_error(ErrorCode::cancelled, "The run was cancelled before anything was submitted."),
                unsubmitted(run.checkpoint));
        auto error =
            make_error(ErrorCode::cancelled,
                       "The run was cancelled while its job was being submitted; the job may exist.");
        error.charged = Charged::unknown;
        return cancelled(std::move(error), in_doubt(run.checkpoint));
    }
    const bool suspends = run.ending == Ending::suspend;
    if (may_exist && (!suspends || !can_be_settled(run.connection())))
        return submit_failed(
            run,
            make_error(ErrorCode::submission_unknown,
                       std::string(suspends ? "The run was suspended" : "The run's deadline passed")
                           + " while its job was being submitted."),
            true);
    if (suspends)
        return suspended(may_exist ? in_doubt(run.checkpoint) : in_state(run.checkpoint, State::prepared),
                         resume_after);
    if (last_error != nullptr)
        return submit_failed(run, *last_error, false);
    return failed(make_error(ErrorCode::processing_timeout, "The run's deadline of "
                                                                + duration_text(run.parameters.timeout)
                                                                + " passed before it could be submitted."),
                  unsubmitted(run.checkpoint));
}

Outcome job_lost(const RunState& run, Error error, bool collectable) {
    return failed(with_job(std::move(error), run), collectable ? run.checkpoint : next_key(run));
}

Outcome job_failed(const RunState& run, const JobReply& job) {
    auto error = error_of_failed_job(job, run.binding());
    error.job_id = run.checkpoint.job.id;
    return failed(std::move(error), next_key(run));
}

Outcome deadline_passed(const RunState& run, bool job_is_cancelled) {
    auto error =
        make_error(ErrorCode::processing_timeout,
                   "The " + product(run) + " was not ready within " + duration_text(run.parameters.timeout)
                       + ". " + (run.last_trouble.empty() ? "" : std::string(run.last_trouble.view()) + " ")
                       + (job_is_cancelled ? std::string("The job was cancelled.")
                                           : "The job goes on; its checkpoint lets a later run collect the "
                                                 + product(run) + "."));
    return failed(with_job(std::move(error), run), job_is_cancelled ? next_key(run) : run.checkpoint);
}

Outcome cancelled_with_job(const RunState& run, std::string message, bool collectable) {
    // A key whose job was cancelled is used up: an API may answer it with the cancelled job again.
    return cancelled(with_job(make_error(ErrorCode::cancelled, std::move(message)), run),
                     collectable ? run.checkpoint : next_key(run));
}

Outcome cancelled_but_job_goes_on(const RunState& run, const std::string& why) {
    return cancelled_with_job(run,
                              "The run was cancelled, but its job goes on at " + run.binding().name + " ("
                                  + why + "). Its checkpoint lets a later run collect the " + product(run)
                                  + ".",
                              true);
}

Outcome job_done(RunState& run, const JobReply& job, const Replied& replied) {
    auto output = output_of(run, job.media, job, replied.reply.body);
    if (!output) {
        auto error = output.error();
        error.job_id = run.checkpoint.job.id;
        return failed(std::move(error), run.has_job() ? run.checkpoint : in_doubt(run.checkpoint));
    }
    if (const auto whole = whole_url(run, job.media, replied); whole != job.media)
        if (auto whole_output = output_of(run, whole, job, {})) {
            output = std::move(whole_output);
            run.report.warn("secret_in_" + product(run) + "_url",
                            "The " + product(run) + "'s URL holds a secret of the connection.");
        }
    Outcome outcome;
    outcome.kind = Outcome::Kind::succeeded;
    outcome.output_json = std::move(*output);
    return outcome;
}

} // namespace job_engine
