#include "job/job_flow.hpp"

#include "base/secret.hpp"
#include "job/earlier_attempt.hpp"
#include "job/idempotency_key.hpp"
#include "job/run_end.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace job_engine {
namespace {

// Timers come within milliseconds; only a process that was stopped, or its machine, is so late.
constexpr Millis late_wake_up{1'000};

// nullopt: there is no secret in it.
std::optional<HttpReply> masked_copy(const HttpReply& reply, const std::vector<Secret>& secrets,
                                     const Secret& file_signature) {
    const auto holds_any = [&](const std::string& text) {
        return holds_secret(text, secrets) || holds_secret(text, reply.signature)
               || holds_secret(text, file_signature);
    };
    if (!holds_any(reply.body) && !holds_any(reply.location) && !holds_any(reply.request_id))
        return std::nullopt;
    const auto masked = [&](const std::string& text) {
        return without_secret(without_secret(without_secrets(text, secrets), reply.signature),
                              file_signature);
    };
    auto copy = reply;
    copy.body = masked(reply.body);
    copy.location = masked(reply.location);
    copy.request_id = masked(reply.request_id);
    return copy;
}

void make_presentable(Error& error, const RunReport& report) {
    error.message = report.presentable(std::move(error.message));
    error.request_id = report.presentable(std::move(error.request_id));
    error.job_id = report.presentable(std::move(error.job_id));
    for (auto& detail : error.details)
        detail = {report.presentable(std::move(detail.path)), report.presentable(std::move(detail.message))};
}

} // namespace

JobFlow::JobFlow(RunParameters parameters, ServiceState& service, const Node& node)
    : run_(std::move(parameters), service, node), machine_(std::in_place_type<Submission>, run_) {
    if (run_.parameters.purpose == Purpose::check_connection)
        machine_.emplace<ConnectionCheck>(run_);
}

Step JobFlow::start(TimePoint now) {
    const auto& parameters = run_.parameters;
    run_.deadline = now + parameters.timeout;
    if (parameters.suspend_after != Millis::max())
        run_.suspend_at = now + parameters.suspend_after;
    if (parameters.early_end != EarlyEnd::none) {
        run_.ending = parameters.early_end == EarlyEnd::cancel ? Ending::cancel : Ending::suspend;
        run_.ending_by = now + ending_bound;
    }
    run_.checkpoint.api = run_.connection().api;
    if (parameters.job != nullptr) {
        if (!parameters.job->media_url.empty())
            run_.media_input = std::hash<std::string_view>{}(parameters.job->media_url);
        run_.checkpoint.input_digest = parameters.job->digest;
        run_.checkpoint.key = idempotency_key(parameters.run_key, run_.checkpoint.input_digest, 0);
    }
    bool has_news_of_job = false;
    if (parameters.purpose != Purpose::check_connection) {
        auto beginning = take_up_earlier(run_);
        if (auto* end = std::get_if<Outcome>(&beginning))
            return take(finish(std::move(*end)));
        const auto with = std::get<Beginning>(beginning);
        if (with == Beginning::doubtful_submit)
            machine_.emplace<Submission>(run_, true);
        else if (with != Beginning::submit)
            machine_.emplace<Polling>(run_, now);
        has_news_of_job = with == Beginning::news_of_job;
    }
    if (run_.ending != Ending::none)
        return end_machine(now);
    return has_news_of_job ? resume(now, JobRecovered{}) : resume(now, Begun{});
}

Step JobFlow::on_media_checked(TimePoint now, const MediaVerdict& verdict) {
    return awaited_ == Awaited::media ? resume(now, MediaChecked{verdict}) : go_on();
}

Step JobFlow::on_slot(TimePoint now) {
    return awaited_ == Awaited::slot ? resume(now, SlotAcquired{}) : go_on();
}

Step JobFlow::on_file(TimePoint now, FileOutcome&& outcome) {
    return awaited_ == Awaited::file ? resume(now, FileHandedOver{outcome}) : go_on();
}

Step JobFlow::on_checkpoint(TimePoint now, bool kept) {
    return awaited_ == Awaited::checkpoint ? resume(now, CheckpointAnswered{kept}) : go_on();
}

// An API may repeat the key anywhere. It is masked before anybody reads the reply, and so before what was
// read is cut: nobody finds half a key.
Step JobFlow::on_reply(TimePoint now, const HttpReply& reply) {
    if (awaited_ != Awaited::answer)
        return go_on();
    const auto safe = masked_copy(reply, run_.connection().secrets, run_.file_signature);
    return resume(now, Replied{safe ? *safe : reply, reply});
}

Step JobFlow::on_failure(TimePoint now, const TransportFailure& failure) {
    return awaited_ == Awaited::answer ? resume(now, RequestFailed{failure}) : go_on();
}

Step JobFlow::on_service_back(TimePoint now, Millis within) {
    const bool waits_to_poll = std::holds_alternative<Polling>(machine_) && awaited_ == Awaited::time;
    return waits_to_poll ? resume(now, ServiceBack{within}) : go_on();
}

HttpRequest JobFlow::request(TimePoint now) const {
    auto request = std::visit([&](const auto& machine) { return machine.request(now); }, machine_);
    if (!run_.parameters.traceparent.empty())
        request.headers.emplace_back("traceparent", run_.parameters.traceparent.view());
    return request;
}

Step JobFlow::on_timer(TimePoint now) {
    if (is_done_)
        return go_on();
    if (run_.ending != Ending::none) {
        if (now < run_.ending_by || awaited_ != Awaited::answer)
            return go_on();
        run_.ending_by = TimePoint::max(); // the end of the request follows at once
        return take({AbortRequest{}});
    }
    if (now >= run_.deadline) {
        const bool woke_late = run_.has_job() && now - run_.deadline >= late_wake_up;
        if (!woke_late || std::exchange(woke_late_, true))
            return end(now, Ending::deadline, true);
        // A machine that slept over the deadline learns whether the job got done meanwhile.
        run_.deadline = now + ending_bound;
        if (awaited_ != Awaited::time)
            return go_on();
        std::get<Polling>(machine_).hurry(now);
        return resume(now, TimerFired{});
    }
    if (now < due_)
        return go_on();
    return awaited_ == Awaited::checkpoint ? on_checkpoint(now, false) : resume(now, TimerFired{});
}

Step JobFlow::on_cancel(TimePoint now, bool is_sent) {
    return is_done_ || run_.ending == Ending::cancel ? go_on() : end(now, Ending::cancel, is_sent);
}

Step JobFlow::on_suspend(TimePoint now, bool is_sent) {
    return is_done_ || run_.ending != Ending::none ? go_on() : end(now, Ending::suspend, is_sent);
}

Step JobFlow::on_forced_end(TimePoint now) {
    if (is_done_)
        return go_on();
    if (run_.ending == Ending::cancel && run_.has_job())
        return take(finish(
            cancelled_but_job_goes_on(run_, "the session was closed before the answer to the cancel came")));
    if (run_.ending != Ending::cancel)
        run_.ending = Ending::suspend;
    if (auto* submission = std::get_if<Submission>(&machine_))
        return follow(now, Begun{}, submission->end(now, awaited_ == Awaited::answer));
    if (const auto* check = std::get_if<ConnectionCheck>(&machine_))
        return follow(now, Begun{}, check->end(awaited_ == Awaited::answer));
    return take(finish(suspended(run_.checkpoint, run_.report.eta().value_or(min_suspension))));
}

// With what is certain of the job at this very moment.
Outcome JobFlow::broken_off(Error error) const {
    std::optional<Checkpoint> checkpoint;
    if (run_.has_job())
        checkpoint = run_.checkpoint;
    else if (run_.parameters.checkpoint)
        checkpoint = *run_.parameters.checkpoint; // not taken over yet
    else if (const auto* submission = std::get_if<Submission>(&machine_))
        checkpoint = submission->checkpoint(awaited_ == Awaited::answer);
    else if (!std::holds_alternative<ConnectionCheck>(machine_))
        checkpoint = unsubmitted(run_.checkpoint);
    describe_charge(error, checkpoint);
    return failed(std::move(error), std::move(checkpoint));
}

// ------------------------------------------------------------------------------------------- the machines

Step JobFlow::resume(TimePoint now, const Event& event) {
    return follow(now, event,
                  std::visit([&](auto& machine) { return machine.resume(now, event); }, machine_));
}

Step JobFlow::follow(TimePoint now, const Event& event, Transition&& transition) {
    if (auto* found = std::get_if<PollJob>(&transition)) {
        const auto job = std::move(found->job);
        auto& polling = machine_.emplace<Polling>(run_, now);
        if (job)
            transition = polling.resume(now, JobFound{*job, std::get<Replied>(event)});
        else
            transition = run_.ending == Ending::none ? polling.resume(now, JobRecovered{}) : polling.end(now);
    }
    if (std::holds_alternative<CancelJob>(transition))
        transition = machine_.emplace<Cancellation>(run_).resume(now, Begun{});
    return take(std::move(std::get<Step>(transition)));
}

// The machine ends by itself at the end of a request under way: the answer to a submit that was sent names
// the job that is to be cancelled or suspended. A deadline leaves no time for it, and no other request is
// worth it.
Step JobFlow::end(TimePoint now, Ending ending, bool is_sent) {
    run_.ending = ending;
    run_.ending_by = now + ending_bound;
    if (ending == Ending::cancel)
        run_.report.set_phase(Phase::cancelling);
    if (std::holds_alternative<Cancellation>(machine_))
        return go_on();
    const bool submits = std::holds_alternative<Submission>(machine_) && is_sent;
    if (awaited_ == Awaited::answer)
        return submits && ending != Ending::deadline ? go_on() : take({AbortRequest{}});
    return end_machine(now);
}

Step JobFlow::end_machine(TimePoint now) {
    if (auto* submission = std::get_if<Submission>(&machine_))
        return follow(now, Begun{}, submission->end(now, false));
    const auto* check = std::get_if<ConnectionCheck>(&machine_);
    return follow(now, Begun{}, check != nullptr ? check->end(false) : std::get<Polling>(machine_).end(now));
}

Step JobFlow::take(Step&& step) {
    due_ = step.wake_at;
    const auto& action = step.action;
    if (auto* end = std::get_if<Finish>(&step.action)) {
        is_done_ = true;
        awaited_ = Awaited::nothing;
        make_presentable(end->outcome.error, run_.report);
    } else if (std::holds_alternative<CheckMedia>(action)) {
        awaited_ = Awaited::media;
    } else if (std::holds_alternative<AcquireSlot>(action)) {
        awaited_ = Awaited::slot;
    } else if (std::holds_alternative<HandOverFile>(action)) {
        awaited_ = Awaited::file;
    } else if (std::holds_alternative<SaveCheckpoint>(action)) {
        awaited_ = Awaited::checkpoint;
    } else if (std::holds_alternative<Send>(action)) {
        awaited_ = Awaited::answer;
    } else if (std::holds_alternative<Wait>(action)) {
        awaited_ = Awaited::time;
    }
    step.wake_at = wake_at();
    return std::move(step);
}

Step JobFlow::go_on() const {
    return {Continue{}, wake_at()};
}

TimePoint JobFlow::wake_at() const noexcept {
    if (is_done_)
        return TimePoint::max();
    return run_.ending == Ending::none ? std::min(run_.deadline, due_) : run_.ending_by;
}

} // namespace job_engine
