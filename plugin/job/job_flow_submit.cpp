// JobFlow from the start of a run until the API has named its job.
#include "api/api_text.hpp"
#include "api/request.hpp"
#include "base/plain_text.hpp"
#include "job/duration_text.hpp"
#include "job/idempotency_key.hpp"
#include "job/job_flow.hpp"

#include <algorithm>
#include <utility>

namespace job_engine {
namespace {

using namespace std::chrono_literals;

// With their backoff, about half a minute; two minutes at the slowest.
constexpr int max_submit_failures = 8;

Error error_of_failure(const TransportFailure& failure, const std::string& service) {
    using Kind = TransportFailure::Kind;
    if (failure.kind == Kind::bad_reply)
        return make_error(ErrorCode::invalid_api_response,
                          "The reply of " + service + " is unusable: " + failure.message + ".");
    auto error =
        make_error(ErrorCode::api_connection_error, "Cannot reach " + service + ": " + failure.message + ".");
    error.retryable = !is_refusal(failure);
    return error;
}

Error redirect_error(const HttpReply& reply, const std::string& service) {
    auto error = make_error(ErrorCode::invalid_api_response,
                            service + " redirects to another address (HTTP " + std::to_string(reply.status)
                                + "), which is not followed: set base_url to where the API is.");
    error.http_status = reply.status;
    error.request_id = job_engine::presentable(reply.request_id);
    return error;
}

Error error_of_submit_reply(const HttpReply& reply, const JobReply& job, const Binding& binding) {
    if (verdict_of_submit(reply.status) != SubmitVerdict::accepted)
        return error_of_reply(reply, binding);
    auto error = error_of_refusal(reply, binding);
    if (job.refused || error.code == ErrorCode::insufficient_credits)
        return error;
    error =
        make_error(ErrorCode::invalid_api_response, trimmed(reply.body).starts_with('{')
                                                        ? "The reply to the submit names no job."
                                                        : "The reply to the submit is not a JSON object.");
    error.http_status = reply.status;
    error.request_id = presentable(reply.request_id);
    return error;
}

} // namespace

Step JobFlow::start(TimePoint now) {
    deadline_ = now + parameters_.timeout;
    submitted_at_ = now;
    if (parameters_.early_end != EarlyEnd::none) {
        ending_ = parameters_.early_end == EarlyEnd::cancel ? Ending::cancel : Ending::suspend;
        ending_by_ = now + ending_bound;
    }
    if (parameters_.suspend_after)
        suspend_at_ = now + *parameters_.suspend_after;
    checkpoint_.api = parameters_.connection->origin.authority() + parameters_.connection->base_path;
    if (parameters_.job != nullptr) {
        checkpoint_.input_digest = parameters_.job->digest;
        checkpoint_.key = idempotency_key(parameters_.run_key, checkpoint_.input_digest, 0);
    }
    return parameters_.checkpoint ? resume_job(now) : begin(now);
}

Step JobFlow::resume_job(TimePoint now) {
    auto earlier = std::move(*parameters_.checkpoint);
    parameters_.checkpoint.reset();
    // To look at a job its inputs are not needed; those that cannot be read are no other run's.
    const bool same_inputs = parameters_.job == nullptr || earlier.input_digest == checkpoint_.input_digest;
    const bool same_run = same_inputs && earlier.api == checkpoint_.api;
    if (earlier.state == Checkpoint::State::prepared) {
        // Nothing was paid for, so other inputs are simply another run.
        if (same_run)
            checkpoint_ = std::move(earlier);
        return begin(now);
    }
    if (!same_run) {
        auto error = make_error(ErrorCode::invalid_input,
                                "The checkpoint belongs to a run with other inputs or another API ("
                                    + earlier.api + "): use the same ones, or start without the checkpoint.");
        error.charged = Charged::unknown;
        error.job_id = earlier.job.id;
        return fail(std::move(error), std::move(earlier));
    }
    checkpoint_ = std::move(earlier);
    if (checkpoint_.state == Checkpoint::State::submitted) {
        parameters_.job.reset();
        if (ending_ != Ending::none)
            return end_with_job(now);
        report(Phase::running, "Resuming job " + checkpoint_.job.id);
        return ask_for_job(now);
    }
    uncertain_submit_ = true;
    intent_kept_ = true;
    if (!parameters_.connection->idempotent_submit)
        return fail_submit(make_error(ErrorCode::submission_unknown,
                                      "The run was interrupted while its job was being submitted."),
                           true);
    return begin(now);
}

Step JobFlow::begin(TimePoint now) {
    if (ending_ != Ending::none)
        return end_without_job(now);
    // A job that may exist already is worth more than what is found out about its image now.
    if (!parameters_.connection->check_image || parameters_.job->media_url.empty() || uncertain_submit_)
        return acquire_slot(now);
    state_ = State::checking_image;
    report(Phase::preparing, "Checking the image");
    return step(CheckImage{parameters_.job->media_url});
}

Step JobFlow::on_image_checked(TimePoint now, const ImageVerdict& verdict) {
    if (state_ != State::checking_image)
        return step(Continue{});
    if (const auto* error = std::get_if<Error>(&verdict))
        return fail(*error, unsubmitted());
    if (const auto* warning = std::get_if<Warning>(&verdict))
        warn(warning->code.c_str(), warning->message);
    return acquire_slot(now);
}

Step JobFlow::acquire_slot(TimePoint now) {
    if (parameters_.connection->max_running == 0)
        return try_submit(now);
    state_ = State::awaiting_slot;
    report(Phase::queued, "Waiting for a free slot");
    return step(AcquireSlot{});
}

Step JobFlow::try_submit(TimePoint now) {
    if (throttle_.not_before() > now)
        return wait_before_submit(now);
    // Before the intent: a run that is held up is not "maybe submitted".
    if (auto error = over_budget(now))
        return fail_submit(std::move(*error), false);
    if (parameters_.keeps_checkpoints && !intent_kept_)
        return save(State::saving_intent, now, checkpoint_in(Checkpoint::State::intent));
    state_ = State::submitting;
    report(Phase::submitting, "Submitting to " + binding().name);
    auto request = submit_request(binding(), parameters_.connection->base_path, parameters_.job->body,
                                  checkpoint_.key.text());
    request.timeout = parameters_.connection->request_timeout;
    request.needs_fresh_connection = !parameters_.connection->idempotent_submit;
    return step(Send{with_trace(std::move(request))});
}

// Takes a place among the submits of the hour. A wait since it was taken, for the host or for a pause, moves
// it: what counts is when the submit goes out.
std::optional<Error> JobFlow::over_budget(TimePoint now) {
    const auto limit = parameters_.connection->max_submits_per_hour;
    // One that may have arrived is repeated with its own key only: it leads to no further job.
    if (limit == 0 || uncertain_submit_)
        return std::nullopt;
    const auto wait = submits_.take(now, limit, counted_at_);
    counted_at_ = wait ? std::nullopt : std::optional(now);
    if (!wait)
        return std::nullopt;
    auto error = make_error(ErrorCode::spending_limit,
                            "max_submits_per_hour of the connection is " + std::to_string(limit)
                                + ", and so many were submitted within the last hour. "
                                  "Nothing was submitted; this run may go on in "
                                + duration_text(*wait) + ".");
    error.retry_after_ms = wait->count();
    return error;
}

// A place is spent on what may be billed. A submit that was refused, never arrived or was not sent gives its
// place back, but only at the run's end: a run that waits to repeat it is not overtaken.
void JobFlow::settle_budget(const Outcome& outcome) {
    const bool unsure = outcome.checkpoint && outcome.checkpoint->state != Checkpoint::State::prepared;
    if (counted_at_ && !has_job() && !unsure)
        submits_.give_back(*counted_at_);
    counted_at_.reset();
}

Step JobFlow::wait_before_submit(TimePoint now) {
    state_ = State::before_submit;
    next_moment_ = std::max({now, next_moment_, throttle_.not_before()});
    if (next_moment_ >= deadline_ && last_submit_error_)
        return fail_submit(*last_submit_error_, uncertain_submit_);
    if (throttle_.not_before() >= deadline_) { // another run was told to wait so long; nothing was sent
        auto error = make_error(ErrorCode::rate_limited,
                                binding().name + " asked for a pause that is longer than the run may take.");
        error.retry_after_ms = std::chrono::duration_cast<Millis>(throttle_.not_before() - now).count();
        return fail_submit(std::move(error), uncertain_submit_);
    }
    if (progress_.phase != Phase::retrying)
        report(Phase::queued, "Waiting because " + binding().name + " asked for a pause");
    return step(Wait{});
}

// What each answer to a submit leads to. docs/money.md has them with the tests that hold them.
//   2xx, 425, 429, 503 that names a job  the job is known; a Location within the origin names it too
//   any other that names a job           the end, but the job is kept: somebody may pay for it
//   "no credits", whatever the status    rejected: the end
//   2xx that says no                     rejected: the end
//   2xx, unreadable or without a job     uncertain
//   425, 429, 503                        certainly no job: again after a wait, with the same key
//   5xx, 408, 409                        uncertain: again where the API honours keys, else the end
//   301, 302, 303                        uncertain, and the end: a repetition is redirected too
//   307, 308, other 4xx                  rejected: the end
Step JobFlow::on_submit_reply(TimePoint now, const HttpReply& reply) {
    const auto verdict = verdict_of_submit(reply.status);
    const auto job = read_submit_reply(reply, binding(), parameters_.connection->origin,
                                       parameters_.connection->base_path);
    const bool named = !job.id.empty();
    if (reply.status == 429
        && (named || error_of_reply(reply, binding()).code != ErrorCode::insufficient_credits))
        throttle_.pause_until(now + reply.retry_after.value_or(backoff(submit_failures_, jitter_.next())));
    const bool is_the_job = verdict == SubmitVerdict::accepted || verdict == SubmitVerdict::absent
                            || (reply.status == 303 && !job.targets.poll.empty());
    if (named && is_the_job)
        return on_job(now, job);

    const bool redirected = reply.status >= 300 && reply.status < 400;
    auto error =
        redirected ? redirect_error(reply, binding().name) : error_of_submit_reply(reply, job, binding());
    const bool repeatable = verdict == SubmitVerdict::uncertain && !redirected;
    if (named && !(repeatable && parameters_.connection->idempotent_submit))
        return keep_named_job(std::move(error), job);
    // Only what names nothing like a job is certain to cost nothing.
    const bool in_doubt = uncertain_submit_ || job.hints_at_job;
    const bool no_credits = error.code == ErrorCode::insufficient_credits;
    if (redirected)
        return fail_submit(std::move(error), in_doubt || verdict == SubmitVerdict::uncertain);
    if (verdict == SubmitVerdict::rejected || no_credits
        || (verdict == SubmitVerdict::accepted && job.refused && !job.hints_at_job))
        return fail_submit(std::move(error), in_doubt);
    const bool uncertain = verdict != SubmitVerdict::absent || job.hints_at_job;
    return retry_submit(now, std::move(error), reply.retry_after, uncertain);
}

// The API refuses, but speaks of a job: a later run asks for it before anything is paid again.
Step JobFlow::keep_named_job(Error error, const JobReply& job) {
    take_job(job);
    return lose_job(std::move(error), true);
}

Step JobFlow::on_submit_failure(TimePoint now, const TransportFailure& failure) {
    if (ending_ != Ending::none && failure.kind == TransportFailure::Kind::aborted) {
        uncertain_submit_ = uncertain_submit_ || failure.may_have_arrived;
        return end_without_job(now);
    }
    const auto verdict = verdict_of_submit(failure);
    auto error = error_of_failure(failure, binding().name);
    if (verdict == SubmitVerdict::rejected)
        return fail_submit(std::move(error), uncertain_submit_);
    return retry_submit(now, std::move(error), std::nullopt, verdict == SubmitVerdict::uncertain);
}

Step JobFlow::retry_submit(TimePoint now, Error error, std::optional<Millis> retry_after, bool uncertain) {
    uncertain_submit_ = uncertain_submit_ || uncertain;
    if (ending_ != Ending::none)
        return end_without_job(now);
    if (uncertain_submit_ && !parameters_.connection->idempotent_submit)
        return fail_submit(std::move(error), true);
    // Giving up a job that may be paid for loses its video, so there an empty budget only slows down.
    const bool in_budget = throttle_.take_retry();
    const auto failures = in_budget ? submit_failures_ : slowest_backoff;
    const auto pause = std::max(backoff(failures, jitter_.next()), retry_after.value_or(0ms));
    if (++submit_failures_ >= max_submit_failures || now + pause >= deadline_
        || (!in_budget && !uncertain_submit_))
        return fail_submit(std::move(error), uncertain_submit_);

    next_moment_ = now + pause;
    report(Phase::retrying, error.message + " Trying again in " + duration_text(pause) + ".");
    last_submit_error_ = std::make_unique<const Error>(std::move(error));
    // Keeping that there is no job spares a run that dies during the wait the doubt whether it was paid.
    if (intent_kept_ && !uncertain_submit_) {
        intent_kept_ = false;
        return save(State::voiding_intent, now, checkpoint_in(Checkpoint::State::prepared));
    }
    return wait_before_submit(now);
}

// The end of a run whose submit led to no known job. Uncertain: there may be one nevertheless.
Step JobFlow::fail_submit(Error error, bool uncertain) {
    if (!uncertain) {
        const bool answered = error.http_status != 0;
        return fail(std::move(error), answered ? std::optional(next_generation()) : unsubmitted());
    }
    auto unknown =
        make_error(ErrorCode::submission_unknown, error.message + " The job may exist and be billed.");
    unknown.http_status = error.http_status;
    unknown.request_id = error.request_id;
    unknown.retry_after_ms = error.retry_after_ms;
    unknown.charged = Charged::unknown;
    unknown.retryable = parameters_.connection->idempotent_submit;
    return fail(std::move(unknown), checkpoint_in(Checkpoint::State::intent));
}

// A cancel, suspend or deadline ends the submit, or the wait before it.
Step JobFlow::end_without_job(TimePoint now) {
    if (ending_ == Ending::cancel) {
        Outcome outcome;
        outcome.kind = Outcome::Kind::cancelled;
        outcome.error =
            make_error(ErrorCode::cancelled, "The run was cancelled before anything was submitted.");
        if (uncertain_submit_) {
            outcome.error.message =
                "The run was cancelled while its job was being submitted; the job may exist.";
            outcome.error.charged = Charged::unknown;
            outcome.checkpoint = checkpoint_in(Checkpoint::State::intent);
        } else {
            outcome.checkpoint = unsubmitted();
        }
        return finish(std::move(outcome));
    }
    const bool suspend = ending_ == Ending::suspend;
    if (uncertain_submit_ && (!suspend || !parameters_.connection->idempotent_submit))
        return fail_submit(
            make_error(ErrorCode::submission_unknown,
                       std::string(suspend ? "The run was suspended" : "The run's deadline passed")
                           + " while its job was being submitted."),
            true);
    if (suspend)
        return suspend_with(
            checkpoint_in(uncertain_submit_ ? Checkpoint::State::intent : Checkpoint::State::prepared),
            std::chrono::duration_cast<Millis>(next_moment_ - now));
    if (last_submit_error_)
        return fail_submit(*last_submit_error_, false);
    return fail(make_error(ErrorCode::processing_timeout, "The run's deadline of "
                                                              + duration_text(parameters_.timeout)
                                                              + " passed before it could be submitted."),
                unsubmitted());
}

} // namespace job_engine
