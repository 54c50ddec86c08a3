#include "job/polling.hpp"

#include "api/api_text.hpp"
#include "api/request.hpp"
#include "base/plain_text.hpp"
#include "http/url.hpp"
#include "job/duration_text.hpp"
#include "job/output.hpp"
#include "job/run_end.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <boost/asio/yield.hpp> // last: it defines reenter and yield

namespace job_engine {
namespace {

using namespace std::chrono_literals;

// How long an unknown status may count as running: a new word of the API's costs no run, but a reply that
// is not about a job at all does not keep one until its deadline.
constexpr auto unknown_status_timeout = 10min;

// How long a new job may be unknown to a part of the API that has not heard of it yet.
constexpr auto new_job_grace_period = 30s;

// How often a poll without an answer looks whether that is an outage.
constexpr Millis silence_look{1'000};

bool has_failed(const JobReply& job) {
    return job.status == JobStatus::failed || job.status == JobStatus::cancelled;
}

bool has_media(const JobReply& job, const RunState& run) {
    return has_media(job, run.connection().allow_insecure_loopback);
}

bool is_answer(const Event& event) {
    return std::holds_alternative<Replied>(event) || std::holds_alternative<RequestFailed>(event);
}

// What a reply says that tells nothing which is known; empty: it does not.
std::string trouble_of(const JobReply& job, const RunState& run) {
    if (job.status || has_media(job, run))
        return {};
    if (job.status_word.empty())
        return "The last reply of " + run.binding().name + " names no status of the job.";
    return run.binding().name + " calls the job \"" + presentable(job.status_word, 100)
           + "\", which is not known here.";
}

} // namespace

Transition Polling::resume(TimePoint now, const Event& event) {
    reenter(resume_point_) {
        if (const auto* found = std::get_if<JobFound>(&event)) {
            if (auto end = take_new_job(now, *found))
                return std::move(*end);
        } else {
            run_.report.set_phase(Phase::running, "Resuming job " + run_.checkpoint.job.id);
            timer_.hurry(now);
        }

        // A run whose process dies from here on is continued with its job.
        if (timer_.knows_age() || std::holds_alternative<JobRecovered>(event)) {
            if (run_.parameters.keeps_checkpoints) {
                yield return Step{SaveCheckpoint{run_.checkpoint}, now + run_.parameters.checkpoint_timeout};
                if (!std::get<CheckpointAnswered>(event).kept)
                    run_.report.warn("checkpoint_not_kept", "The host did not keep the checkpoint of job "
                                                                + run_.checkpoint.job.id + ".");
            }
            if (timer_.knows_age()) {
                if (auto end = end_between_polls(now))
                    return std::move(*end);
                timer_.wait_for_next_poll(now, std::nullopt);
            } else {
                timer_.hurry(now);
            }
        }
        run_.hold_reply();
        if (run_.binding().poll.path.empty() && run_.checkpoint.job.targets.poll.empty())
            return finish(job_lost(run_,
                                   make_error(ErrorCode::invalid_api_response,
                                              run_.binding().name
                                                  + " has named a job, but its description has no "
                                                    "poll: add it, and run again with this checkpoint."),
                                   true));

        for (;;) {
            while (!timer_.may_poll(now, is_answer(event))) {
                yield return Step{Wait{}, std::min(timer_.wake_at(), run_.suspend_at)};
                if (std::holds_alternative<ServiceBack>(event))
                    timer_.come_back(now, std::get<ServiceBack>(event).within);
                if (auto end = timer_.is_hurried() ? End() : end_between_polls(now))
                    return std::move(*end);
                timer_.reach(now);
            }

            yield return poll(now);
            while (std::holds_alternative<TimerFired>(event))
                yield return look_at_silence(now);
            if (auto end = take_answer(now, event))
                return std::move(*end);
            poll_.redirect = {};
        }
    }
    return Step{Continue{}};
}

Polling::End Polling::take_new_job(TimePoint now, const JobFound& found) {
    const auto& job = found.job;
    run_.service.throttle.observe_success();
    run_.service.throttle.observe_answer(now, 0ms);
    timer_.watch(run_.service.durations.of(run_.parameters.job->kind));
    run_.parameters.job.reset(); // a run that only waits keeps no texts
    report(job, true);           // the reply to a submit need not name a status
    if (has_media(job, run_))
        return finish(job_done(run_, job, found.replied));
    if (has_failed(job))
        return finish(job_failed(run_, job));
    if (run_.ending != Ending::none)
        return end(now);
    return std::nullopt;
}

Transition Polling::end(TimePoint now) {
    // Who only collects has not made the job, and may not be the only one who waits for it.
    if (run_.ending == Ending::cancel && run_.parameters.purpose == Purpose::collect_job)
        return finish(cancelled_but_job_goes_on(run_, "the run was only to collect it"));
    if (run_.ending == Ending::cancel
        || (run_.ending == Ending::deadline && run_.parameters.cancel_job_at_deadline))
        return CancelJob{};
    if (run_.ending == Ending::deadline)
        return finish(deadline_passed(run_, false));
    const auto eta = run_.report.eta();
    return finish(
        suspended(run_.checkpoint, eta.value_or(std::max(timer_.next_poll(now).delay, min_suspension))));
}

Polling::End Polling::end_between_polls(TimePoint now) {
    if (run_.ending == Ending::none && now >= run_.suspend_at)
        run_.ending = Ending::suspend;
    return run_.ending == Ending::none ? End() : end(now);
}

void Polling::hurry(TimePoint now) {
    timer_.hurry(now);
}

Step Polling::poll(TimePoint now) {
    timer_.observe_poll(now);
    poll_.held = job_succeeded_ || timer_.may_long_poll() ? LongPoll::yes : LongPoll::no;
    poll_.redirect = std::move(redirect_);
    poll_.silent_at = now + silence_look;
    poll_.answer_due_from = now + held();
    return {Send{}, poll_.silent_at};
}

HttpRequest Polling::request(TimePoint /*now*/) const {
    auto request = job_request(polled(), run_.binding(), target(), run_.checkpoint.job.id, poll_.held);
    request.timeout = run_.connection().request_timeout + held();
    return request;
}

const JobRequest& Polling::polled() const {
    return job_succeeded_ ? *run_.binding().result : run_.binding().poll;
}

// How long the API may keep the poll waiting.
Millis Polling::held() const {
    return std::chrono::seconds(poll_.held == LongPoll::yes ? polled().prefer_wait_seconds : 0);
}

std::string Polling::target() const {
    if (!poll_.redirect.empty())
        return std::string(poll_.redirect.view());
    const auto& job = run_.checkpoint.job;
    return job_target(polled(), run_.connection().base_path,
                      (job_succeeded_ ? job.targets.result : job.targets.poll).view(), job.id);
}

// ---------------------------------------------------------------------------------------------- outages

// A poll that was swallowed by an outage would be waited for until its time-out, long after the service is
// back. Where the outage began or ended since, it is given up; and once also where only others are answered,
// for an outage may be over before anybody notices it.
Step Polling::look_at_silence(TimePoint now) {
    if (now < poll_.silent_at)
        return {Continue{}, poll_.silent_at};
    poll_.silent_at = now + silence_look;
    const bool is_lost = run_.service.throttle.observe_silence(now, poll_.answer_due_from) && !gave_poll_up_;
    if (!is_lost && !run_.service.throttle.has_turned_since(timer_.asked_at()))
        return {Continue{}, poll_.silent_at};
    gave_poll_up_ = gave_poll_up_ || is_lost;
    return {AbortRequest{}, poll_.silent_at};
}

void Polling::observe_answer(TimePoint now) {
    const auto took = std::max(std::chrono::duration_cast<Millis>(now - poll_.answer_due_from), 0ms);
    gave_poll_up_ = gave_poll_up_ && took >= silence_look;
    run_.service.throttle.observe_answer(now, took);
}

// ---------------------------------------------------------------------------------------------- answers

Polling::End Polling::take_answer(TimePoint now, const Event& event) {
    if (const auto* failed = std::get_if<RequestFailed>(&event))
        return take_failure(now, failed->failure);
    const auto& replied = std::get<Replied>(event);
    const auto& reply = replied.reply;
    if (speaks_of_outage(reply.status))
        run_.service.throttle.observe_failure(now);
    else if (!is_success(reply.status))
        observe_answer(now);
    if (reply.status == 429)
        run_.service.throttle.pause_until(now + reply.retry_after.value_or(timer_.next_backoff()));
    if (poll_may_recover(reply.status) && !tells_why_it_failed(reply))
        return retry(now, error_of_reply(reply, run_.binding()).message, reply.retry_after);
    if (follow_redirect(now, reply))
        return std::nullopt;
    if (!is_success(reply.status))
        return take_refusal(now, reply);

    auto job = read_job_reply(reply, run_.binding(), run_.connection().origin, target());
    const bool still_at_work = reply.status == 202 && trimmed(reply.body).empty();
    if (still_at_work)
        job.emplace().status = JobStatus::running;
    if (!job) {
        run_.last_trouble = RareText("The last reply of " + run_.binding().name + " is not a JSON object: \""
                                     + presentable(reply.body, 100) + "\".");
        return retry(now, "The reply of " + run_.binding().name + " is not a JSON object.", std::nullopt);
    }
    run_.service.throttle.observe_success();
    observe_answer(now); // not sooner: a page about maintenance may come with 200
    timer_.observe_answer(now);
    if (job->is_refusal && !has_media(*job, run_))
        return take_refused_look(now, reply);
    run_.last_trouble = RareText(trouble_of(*job, run_));
    if (job_succeeded_ && !still_at_work)
        return finish(job_done(run_, *job, replied));
    return take_job(now, *job, replied);
}

Polling::End Polling::take_failure(TimePoint now, const TransportFailure& failure) {
    if (run_.ending != Ending::none)
        return end(now);
    if (failure.kind == TransportFailure::Kind::aborted) { // by look_at_silence()
        if (auto end = end_between_polls(now))
            return end;
        run_.report.set_phase(Phase::retrying, run_.binding().name + " does not answer. Asking again.");
        timer_.hurry(now);
        return std::nullopt;
    }
    if (speaks_of_outage(failure))
        run_.service.throttle.observe_failure(now);
    const auto why = "Cannot reach " + run_.binding().name + ": " + failure.message + ".";
    if (poll_may_recover(failure))
        return retry(now, why, std::nullopt);
    auto error = make_error(ErrorCode::api_connection_error, why);
    error.retryable = false;
    return finish(job_lost(run_, std::move(error), true));
}

// A job that is done may send on to its result. Only this once: the job's own address stays.
bool Polling::follow_redirect(TimePoint now, const HttpReply& reply) {
    if (reply.status != 303 || run_.ending != Ending::none)
        return false;
    auto next = same_origin_target(run_.connection().origin, target(), reply.location);
    if (!next || next->find(secret_mask) != std::string::npos)
        return false;
    redirect_ = RareText(std::move(*next));
    timer_.hurry(now);
    return true;
}

// At a queue the result of a job that failed is refused, under any status, with a code that says why.
bool Polling::tells_why_it_failed(const HttpReply& reply) const {
    if (!job_succeeded_ || is_success(reply.status))
        return false;
    const auto known = listed_error(reply, run_.binding());
    return known && !may_pass(*known);
}

// A reply that no repetition changes; but 404 and 410 mean "not yet" right after the submit. Later they end
// the run too, but a job that was paid for may come back, so it stays collectable.
Polling::End Polling::take_refusal(TimePoint now, const HttpReply& reply) {
    auto error = error_of_reply(reply, run_.binding());
    error.retryable = false;
    if (reply.status != 404 && reply.status != 410) {
        const auto listed = listed_error(reply, run_.binding());
        if (job_succeeded_ && error.code == ErrorCode::invalid_input && !listed)
            error.code = ErrorCode::generation_failed; // how a queue reports a job that failed
        if (job_succeeded_ && listed && may_pass(*listed))
            return retry(now, error.message, reply.retry_after);
        // The account's trouble is not the job's, and an address that a description has put together may be
        // wrong.
        const bool about_the_account =
            error.code == ErrorCode::insufficient_credits || error.code == ErrorCode::api_connection_error;
        const bool about_the_job = job_succeeded_ && (reply.status == 400 || reply.status == 422)
                                   && !about_the_account && run_.binding().poll.keep.empty();
        return finish(job_lost(run_, std::move(error), !about_the_job));
    }
    const auto status = "(HTTP " + std::to_string(reply.status) + ")";
    if (timer_.knows_age() && timer_.age(now) < new_job_grace_period)
        return retry(now, run_.binding().name + " does not know the new job yet " + status + ".",
                     reply.retry_after);
    error.code = ErrorCode::generation_failed;
    error.message = run_.binding().name + " does not know job " + run_.checkpoint.job.id + " " + status
                    + ". Its checkpoint lets a later run ask again.";
    return finish(job_lost(run_, std::move(error), true));
}

// A 2xx that says no. What the binding does not know may pass, as a 5xx may; what it knows to be final ends
// the run, but what was paid stays collectable.
Polling::End Polling::take_refused_look(TimePoint now, const HttpReply& reply) {
    auto error = error_of_refusal(reply, run_.binding());
    const auto known = listed_error(reply, run_.binding());
    if (known == ErrorCode::rate_limited)
        run_.service.throttle.pause_until(now + reply.retry_after.value_or(timer_.next_backoff()));
    if (known && !may_pass(*known))
        return finish(job_lost(run_, std::move(error), true));
    run_.last_trouble = RareText(error.message);
    return retry(now, error.message, reply.retry_after);
}

Polling::End Polling::take_job(TimePoint now, const JobReply& job, const Replied& replied) {
    if (auto result = keepable(job.targets.result); !result.empty())
        run_.checkpoint.job.targets.result = std::move(result);
    else if (!job.kept.empty() && run_.binding().result && job.status == JobStatus::succeeded)
        run_.checkpoint.job.targets.result = RareText(job_target(
            *run_.binding().result, run_.connection().base_path, {}, run_.checkpoint.job.id, job.kept));
    report(job, false);
    // The binding has led to the job; only the address of a result may still turn out to be wrong. What calls
    // the job failed may be about a job that there is not.
    if (job.status && !has_failed(job) && !run_.binding().result)
        run_.drop_reply();
    const bool done = job.status == JobStatus::succeeded || has_media(job, run_);
    if (job.status || done)
        status_unknown_since_ = TimePoint::max();
    else if (status_unknown_since_ == TimePoint::max())
        status_unknown_since_ = now;
    else if (now - status_unknown_since_ >= unknown_status_timeout) {
        auto error = make_error(ErrorCode::invalid_api_response,
                                run_.binding().name + " has given no status of job " + run_.checkpoint.job.id
                                    + " that is known for " + duration_text(unknown_status_timeout) + ".");
        // The reply may name the result where the binding does not look.
        error.details = {detail_of_reply(job.media_path, replied.reply.body)};
        return finish(job_lost(run_, std::move(error), true));
    }
    if (done)
        timer_.observe_done(now);
    else if (!has_failed(job))
        timer_.observe_running(now);
    if (done && (!job.media.empty() || !run_.binding().result))
        return finish(job_done(run_, job, replied));
    if (done) {
        job_succeeded_ = true;
        timer_.hurry(now);
        return run_.ending == Ending::none ? End() : end(now);
    }
    if (has_failed(job))
        return finish(job_failed(run_, job));
    if (auto end = end_between_polls(now))
        return end;
    timer_.wait_for_next_poll(now, replied.reply.retry_after);
    return std::nullopt;
}

Polling::End Polling::retry(TimePoint now, const std::string& why, std::optional<Millis> retry_after) {
    if (auto end = end_between_polls(now))
        return end;
    const auto pause = timer_.wait_after_failure(now, retry_after);
    run_.report.set_phase(Phase::retrying, why + " Asking again in " + duration_text(pause) + ".");
    return std::nullopt;
}

void Polling::report(const JobReply& job, bool may_be_silent) {
    const bool silent = job.status_word.empty();
    if (!job.status && !has_media(job, run_) && !warned_of_status_ && !(silent && may_be_silent)) {
        warned_of_status_ = true;
        run_.report.warn("unknown_status",
                         silent ? "The API names no status of the job; it counts as running."
                                : "The API calls the job \"" + presentable(job.status_word, 64)
                                      + "\", which the binding does not list; it counts as running.");
    }
    std::optional<Millis> eta;
    if (job.eta_seconds)
        eta = Millis(std::llround(std::min(*job.eta_seconds, 86'400.0) * 1000.0));
    run_.report.set_estimate(job.progress ? job.progress : run_.report.fraction(), eta);
    if (job.status == JobStatus::queued)
        run_.report.set_phase(Phase::queued);
    else
        run_.report.set_phase(Phase::running);
}

} // namespace job_engine

#include <boost/asio/unyield.hpp>
