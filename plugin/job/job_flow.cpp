#include "job/job_flow.hpp"

#include "base/plain_text.hpp"
#include "job/idempotency_key.hpp"

#include <algorithm>
#include <utility>

namespace job_engine {
namespace {

// Timers come within milliseconds; only a process that was stopped, or its machine, is so late.
constexpr Millis late_wake_up{1'000};

} // namespace

JobFlow::JobFlow(RunParameters parameters, Throttle& throttle, SubmitBudget& submits,
                 KnownDurations& durations, const Node& node)
    : parameters_(std::move(parameters)), throttle_(throttle), submits_(submits), durations_(durations),
      node_(node), jitter_(parameters_.jitter_seed) {}

Step JobFlow::on_slot(TimePoint now) {
    return state_ == State::awaiting_slot ? try_submit(now) : step(Continue{});
}

Step JobFlow::on_checkpoint(TimePoint now, bool kept) {
    switch (state_) {
    case State::saving_intent:
        if (!kept)
            return fail(make_error(ErrorCode::checkpoint_not_kept,
                                   "The host did not keep the checkpoint, so nothing was submitted."),
                        uncertain_submit_ ? std::optional(checkpoint_in(Checkpoint::State::intent))
                                          : unsubmitted());
        intent_kept_ = true;
        return try_submit(now);
    case State::voiding_intent:
        // What the host holds now may wrongly speak of a submit; the result's checkpoint replaces it.
        return kept ? wait_before_submit(now) : fail_submit(*last_submit_error_, false);
    case State::saving_job:
        if (!kept)
            warn("checkpoint_not_kept",
                 "The host did not keep the checkpoint of job " + checkpoint_.job.id + ".");
        return on_job_kept(now);
    default:
        return step(Continue{});
    }
}

// An API may repeat the key anywhere. It is masked before anybody reads the reply, and so before what was
// read is cut: nobody finds half a key.
Step JobFlow::on_reply(TimePoint now, const HttpReply& reply) {
    const auto safe = masked_copy(reply);
    if (!safe)
        return take_reply(now, reply);
    unmasked_reply_ = &reply;
    auto next = take_reply(now, *safe);
    unmasked_reply_ = nullptr;
    return next;
}

Step JobFlow::take_reply(TimePoint now, const HttpReply& reply) {
    switch (state_) {
    case State::submitting:
        return on_submit_reply(now, reply);
    case State::polling:
        return on_job_reply(now, reply);
    case State::cancelling:
        return on_cancel_reply(reply);
    default:
        return step(Continue{});
    }
}

Step JobFlow::on_failure(TimePoint now, const TransportFailure& failure) {
    switch (state_) {
    case State::submitting:
        return on_submit_failure(now, failure);
    case State::polling: {
        if (ending_ != Ending::none)
            return end_with_job(now);
        if (failure.kind == TransportFailure::Kind::aborted)
            return ask_after_outage(now);
        if (speaks_of_outage(failure))
            throttle_.observe_failure(now);
        const auto why = "Cannot reach " + binding().name + ": " + failure.message + ".";
        if (poll_may_recover(failure))
            return retry_poll(now, why, std::nullopt);
        auto error = make_error(ErrorCode::api_connection_error, why);
        error.retryable = false;
        return lose_job(std::move(error), true);
    }
    case State::cancelling:
        return on_cancel_failure(failure.message);
    default:
        return step(Continue{});
    }
}

Step JobFlow::on_timer(TimePoint now) {
    if (state_ == State::done)
        return step(Continue{});
    if (ending_ != Ending::none) {
        if (now < ending_by_ || !request_in_flight())
            return step(Continue{});
        ending_by_ = TimePoint::max(); // the end of the request follows at once
        return step(AbortRequest{});
    }
    if (now >= deadline_) {
        if (has_job() && !woke_late_ && now - deadline_ >= late_wake_up)
            return take_last_poll(now);
        return end(now, Ending::deadline);
    }
    switch (state_) {
    case State::saving_intent:
    case State::voiding_intent:
    case State::saving_job:
        return now >= checkpoint_by_ ? on_checkpoint(now, false) : step(Continue{});
    case State::before_submit:
        return now >= next_moment_ ? try_submit(now) : step(Continue{});
    case State::before_poll:
        if (now >= suspend_at_)
            return end(now, Ending::suspend);
        if (now < next_moment_)
            return step(Continue{});
        return go_on_waiting(now);
    case State::polling:
        return look_at_silence(now);
    default:
        return step(Continue{});
    }
}

Step JobFlow::on_cancel(TimePoint now) {
    if (state_ == State::done || ending_ == Ending::cancel)
        return step(Continue{});
    return end(now, Ending::cancel);
}

Step JobFlow::on_suspend(TimePoint now) {
    if (state_ == State::done || ending_ != Ending::none)
        return step(Continue{});
    return end(now, Ending::suspend);
}

// A machine that slept over the deadline learns whether the job got done meanwhile.
Step JobFlow::take_last_poll(TimePoint now) {
    woke_late_ = true;
    deadline_ = now + ending_bound;
    return state_ == State::before_poll ? ask_for_job(now) : step(Continue{});
}

std::vector<Warning> JobFlow::take_warnings() {
    return std::exchange(warnings_, {});
}

// ------------------------------------------------------------------------------------------- helpers

Step JobFlow::step(Action action) const {
    return {std::move(action), wake_at()};
}

TimePoint JobFlow::wake_at() const noexcept {
    auto moment = ending_ == Ending::none ? deadline_ : ending_by_;
    switch (state_) {
    case State::done:
        return TimePoint::max();
    case State::saving_intent:
    case State::voiding_intent:
    case State::saving_job:
        return std::min(moment, checkpoint_by_);
    case State::before_poll:
        moment = std::min(moment, suspend_at_);
        [[fallthrough]];
    case State::before_submit:
        return std::min(moment, next_moment_);
    case State::polling:
        return ending_ == Ending::none ? std::min(moment, silent_at_) : moment;
    default:
        return moment;
    }
}

Step JobFlow::save(State state, TimePoint now, const Checkpoint& checkpoint) {
    state_ = state;
    checkpoint_by_ = now + parameters_.checkpoint_timeout;
    return step(SaveCheckpoint{to_text(checkpoint)});
}

Step JobFlow::finish(Outcome outcome) {
    state_ = State::done;
    settle_budget(outcome);
    auto& error = outcome.error;
    error.message = presentable(std::move(error.message));
    error.request_id = presentable(std::move(error.request_id));
    error.job_id = presentable(std::move(error.job_id));
    for (auto& detail : error.details)
        detail = {presentable(std::move(detail.path)), presentable(std::move(detail.message))};
    return step(Finish{std::move(outcome)});
}

Step JobFlow::fail(Error error, std::optional<Checkpoint> checkpoint) {
    Outcome outcome;
    outcome.kind = Outcome::Kind::failed;
    outcome.error = std::move(error);
    outcome.checkpoint = std::move(checkpoint);
    return finish(std::move(outcome));
}

Step JobFlow::suspend_with(Checkpoint checkpoint, Millis resume_after) {
    Outcome outcome;
    outcome.kind = Outcome::Kind::suspended;
    outcome.checkpoint = std::move(checkpoint);
    outcome.resume_after = std::max(resume_after, Millis(0));
    return finish(std::move(outcome));
}

void JobFlow::report(Phase phase, std::string message) {
    message = presentable(std::move(message));
    if (phase == progress_.phase && message == progress_.message)
        return;
    progress_.phase = phase;
    progress_.message = std::move(message);
    ++progress_version_;
}

void JobFlow::warn(const char* code, std::string message) {
    warnings_.push_back({code, presentable(std::move(message))});
}

std::string JobFlow::masked(std::string text) const {
    return without_secrets(std::move(text), parameters_.connection->secrets);
}

std::string JobFlow::presentable(std::string text) const {
    text = masked(std::move(text));
    if (is_printable_ascii(text))
        return text;
    return plain_text(text);
}

// nullopt: there is no secret in it.
std::optional<HttpReply> JobFlow::masked_copy(const HttpReply& reply) const {
    const auto& secrets = parameters_.connection->secrets;
    if (!holds_secret(reply.body, secrets) && !holds_secret(reply.location, secrets)
        && !holds_secret(reply.request_id, secrets))
        return std::nullopt;
    auto copy = reply;
    copy.body = masked(std::move(copy.body));
    copy.location = masked(std::move(copy.location));
    copy.request_id = masked(std::move(copy.request_id));
    return copy;
}

Checkpoint JobFlow::checkpoint_in(Checkpoint::State state) const {
    auto checkpoint = checkpoint_;
    checkpoint.state = state;
    return checkpoint;
}

// For the attempt after a definite failure: an API may go on answering a key with that failure.
Checkpoint JobFlow::next_generation() const {
    Checkpoint next;
    next.state = Checkpoint::State::prepared;
    next.generation = checkpoint_.generation + 1;
    next.key = idempotency_key(parameters_.run_key, checkpoint_.input_digest, next.generation);
    next.input_digest = checkpoint_.input_digest;
    next.api = checkpoint_.api;
    return next;
}

// What a run without a job leaves behind: nothing, unless earlier keys are used up.
std::optional<Checkpoint> JobFlow::unsubmitted() const {
    return checkpoint_.generation > 0 ? std::optional(checkpoint_in(Checkpoint::State::prepared))
                                      : std::nullopt;
}

// What is certain of the job at this very moment, for an end that the flow did not choose.
std::optional<Checkpoint> JobFlow::newest_true_checkpoint() const {
    if (has_job())
        return checkpoint_;
    if (parameters_.checkpoint)
        return *parameters_.checkpoint; // not taken over yet
    if (uncertain_submit_ || state_ == State::submitting)
        return checkpoint_in(Checkpoint::State::intent);
    return unsubmitted();
}

bool JobFlow::request_in_flight() const noexcept {
    return state_ == State::submitting || state_ == State::polling || state_ == State::cancelling;
}

HttpRequest JobFlow::with_trace(HttpRequest request) const {
    if (!parameters_.traceparent.empty())
        request.headers.emplace_back("traceparent", parameters_.traceparent.view());
    return request;
}

} // namespace job_engine
