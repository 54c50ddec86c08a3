// JobFlow from the moment the API has named the job until it is done.
#include "api/api_text.hpp"
#include "base/plain_text.hpp"
#include "http/url.hpp"
#include "job/duration_text.hpp"
#include "job/job_flow.hpp"
#include "job/output.hpp"
#include "polling/poll_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace job_engine {
namespace {

using namespace std::chrono_literals;

// How long an unknown status may count as running: a new word of the API's costs no run, but a reply that
// is not about a job at all does not keep one until its deadline.
constexpr auto unknown_status_timeout = 10min;

// How long a new job may be unknown to a part of the API that has not heard of it yet.
constexpr auto new_job_grace_period = 30s;

// A job is asked for at most once in 0.5 s on average over a minute, whatever its progress or estimate says:
// each request costs one of this interval, and so many may be had in advance.
constexpr Millis min_interval{550};
constexpr int burst = 10; // 60 s / 0.55 s + 10 < 120

// How often a poll without an answer looks whether that is an outage.
constexpr Millis silence_look{1'000};

constexpr Millis min_pause{100};

// A pause that the service asks for holds for all during an outage, but not longer than they would back off.
constexpr Millis max_turn_put_off{30'000};

// A target goes into the checkpoint. One in which a secret was masked leads nowhere: the binding's path does.
std::string keepable(const std::string& target) {
    return target.find(secret_mask) == std::string::npos ? target : std::string();
}

} // namespace

void JobFlow::take_job(const JobReply& job) {
    checkpoint_.state = Checkpoint::State::submitted;
    checkpoint_.job = {
        job.id, {keepable(job.targets.poll), keepable(job.targets.result), keepable(job.targets.cancel)}};
}

Step JobFlow::on_job(TimePoint now, const JobReply& job) {
    take_job(job); // first: whatever goes wrong from here on, the paid job is known
    throttle_.observe_success();
    throttle_.observe_answer(now, 0ms);
    last_submit_error_.reset();
    submitted_at_ = now;
    heard_at_ = now;
    watch_ = std::make_unique<JobWatch>(durations_.of(parameters_.job->kind));
    parameters_.job.reset(); // a run that only waits keeps no texts
    read_job_progress(job);
    if (has_video(job))
        return succeed(job);
    if (job.status == JobStatus::failed || job.status == JobStatus::cancelled)
        return lose_job(error_of_failed_job(job, binding()), false);
    if (ending_ != Ending::none)
        return end_with_job(now);
    return parameters_.keeps_checkpoints ? save(State::saving_job, now, checkpoint_) : on_job_kept(now);
}

Step JobFlow::on_job_kept(TimePoint now) {
    if (now >= suspend_at_)
        return suspend_with_job(now);
    return wait_for_next_poll(now, std::nullopt);
}

Millis JobFlow::age(TimePoint now) const {
    return std::chrono::duration_cast<Millis>(now - submitted_at_);
}

// The API's own word first, then what other runs have shown.
NextPoll JobFlow::next_poll(TimePoint now) {
    if (progress_.eta)
        return {delay_by_eta(age(now), std::chrono::duration<double>(*progress_.eta).count()), true};
    if (progress_.fraction && progress_.phase == Phase::running)
        if (const auto delay = delay_by_progress(age(now), *progress_.fraction))
            return {*delay, true};
    return watch_ != nullptr ? watch_->next_poll(age(now), jitter_.next())
                             : NextPoll{delay_without_age(age(now)), true};
}

// Whether a poll may ask to be held until the job is done. It holds a connection that other runs may want.
bool JobFlow::may_long_poll() const {
    return binding().poll.prefer_wait_seconds > 0 && watch_ != nullptr
           && watch_->runs_at_once() <= parameters_.connection->max_connections / 2;
}

Step JobFlow::wait_for_next_poll(TimePoint now, std::optional<Millis> retry_after) {
    auto next = next_poll(now);
    // A poll that is held sees the end that comes meanwhile; one that was answered at once was not held.
    if (was_long_poll_ && may_long_poll()) {
        const Millis held = std::chrono::seconds(binding().poll.prefer_wait_seconds);
        next = {next.ask ? std::max(next.delay - held, 0ms) : 0ms, true};
    }
    auto waiting = wait_to_poll(now, next.delay, retry_after);
    poll_due_ = next.ask;
    return waiting;
}

Step JobFlow::wait_to_poll(TimePoint now, Millis delay, std::optional<Millis> retry_after) {
    state_ = State::before_poll;
    poll_due_ = true;
    retry_at_ = {};
    not_sooner_than_ = now + retry_after.value_or(0ms);
    asked_target_ = {};
    next_moment_ = std::max({now + delay, not_sooner_than_, throttle_.not_before(), earliest_ask()});
    return step(Wait{});
}

// The one place that bounds how often the API is asked for the job.
TimePoint JobFlow::earliest_ask() const {
    return asks_paid_until_ - min_interval * (burst - 1);
}

Step JobFlow::ask_for_job(TimePoint now) {
    if (std::max(throttle_.not_before(), earliest_ask()) > now)
        return wait_to_poll(now, 0ms);
    if (!throttle_.may_ask(now))
        return wait_to_poll(now, pause_in_outage(now));
    asks_paid_until_ = std::max(asks_paid_until_, now) + min_interval;
    state_ = State::polling;
    const auto& what = job_succeeded_ ? *binding().result : binding().poll;
    const auto long_poll = job_succeeded_ || may_long_poll() ? LongPoll::yes : LongPoll::no;
    asked_at_ = now;
    silent_at_ = now + silence_look;
    answer_due_from_ = now + std::chrono::seconds(long_poll == LongPoll::yes ? what.prefer_wait_seconds : 0);
    const auto target = !follow_.empty() ? follow_.take()
                        : job_succeeded_ ? checkpoint_.job.targets.result
                                         : checkpoint_.job.targets.poll;
    auto request = job_request(what, binding(), parameters_.connection->base_path, target, checkpoint_.job.id,
                               long_poll);
    asked_target_ = RareText(request.target);
    request.timeout = parameters_.connection->request_timeout;
    if (long_poll == LongPoll::yes)
        request.timeout += std::chrono::seconds(what.prefer_wait_seconds);
    return step(Send{with_trace(std::move(request))});
}

Step JobFlow::on_job_reply(TimePoint now, const HttpReply& reply) {
    if (speaks_of_outage(reply.status))
        throttle_.observe_failure(now);
    else if (reply.status < 200 || reply.status >= 300)
        observe_answer(now);
    if (reply.status == 429)
        throttle_.pause_until(now + reply.retry_after.value_or(backoff(poll_failures_, jitter_.next())));
    if (poll_may_recover(reply.status))
        return retry_poll(now, error_of_reply(reply, binding()).message, reply.retry_after);
    // A job that is done may send on to its video. Only this once: the job's own address stays.
    if (reply.status == 303 && ending_ == Ending::none)
        if (auto next =
                same_origin_target(parameters_.connection->origin, asked_target_.view(), reply.location);
            next && next->find(secret_mask) == std::string::npos) {
            follow_ = RareText(std::move(*next));
            return ask_for_job(now);
        }
    if (reply.status == 404 || reply.status == 410)
        return on_job_not_known(now, reply);
    if (reply.status < 200 || reply.status >= 300)
        return on_job_refused(reply);
    const bool still_at_work = reply.status == 202 && trimmed(reply.body).empty();
    auto job = read_job_reply(reply, binding(), parameters_.connection->origin, asked_target_.view());
    if (still_at_work) {
        job.emplace();
        job->status = JobStatus::running;
    }
    if (!job) {
        last_trouble_ = RareText("The last reply of " + binding().name + " is not a JSON object: \""
                                 + job_engine::presentable(reply.body, 100) + "\".");
        return retry_poll(now, "The reply of " + binding().name + " is not a JSON object.", std::nullopt);
    }

    throttle_.observe_success();
    observe_answer(now); // not sooner: a page about maintenance may come with 200
    heard_at_ = now;
    poll_failures_ = 0;
    was_long_poll_ = now - asked_at_ >= std::chrono::milliseconds(500) * binding().poll.prefer_wait_seconds;
    last_trouble_ = {};
    if (!job->status && !has_video(*job))
        last_trouble_ = RareText(job->status_word.empty()
                                     ? "The last reply of " + binding().name + " names no status of the job."
                                     : binding().name + " calls the job \""
                                           + job_engine::presentable(job->status_word, 100)
                                           + "\", which is not known here.");
    if (job_succeeded_ && !still_at_work)
        return succeed(*job, reply.body);
    if (auto result = keepable(job->targets.result); !result.empty())
        checkpoint_.job.targets.result = std::move(result);
    read_job_progress(*job);
    const bool done = job->status == JobStatus::succeeded || has_video(*job);
    if (job->status || done)
        status_unknown_since_.reset();
    else if (!status_unknown_since_)
        status_unknown_since_ = now;
    else if (now - *status_unknown_since_ >= unknown_status_timeout)
        return lose_unknown(*job, reply);
    const bool ended = done || job->status == JobStatus::failed || job->status == JobStatus::cancelled;
    if (watch_ != nullptr && done)
        watch_->observe_done(age(now));
    else if (watch_ != nullptr && !ended)
        watch_->observe_running(age(now));
    if (done) {
        job_succeeded_ = job->video.empty() && binding().result.has_value();
        return job_succeeded_ && ending_ == Ending::none ? ask_for_job(now)
               : job_succeeded_                          ? end_with_job(now)
                                                         : succeed(*job, reply.body);
    }
    if (job->status == JobStatus::failed || job->status == JobStatus::cancelled)
        return lose_job(error_of_failed_job(*job, binding()), false);
    if (ending_ != Ending::none)
        return end_with_job(now);
    if (now >= suspend_at_)
        return suspend_with_job(now);
    return wait_for_next_poll(now, reply.retry_after);
}

// 404 and 410 mean "not yet" right after the submit. Later they end the run; but a job that was paid for may
// come back, so it stays collectable.
Step JobFlow::on_job_not_known(TimePoint now, const HttpReply& reply) {
    const auto status = "(HTTP " + std::to_string(reply.status) + ")";
    if (watch_ != nullptr && age(now) < new_job_grace_period)
        return retry_poll(now, binding().name + " does not know the new job yet " + status + ".",
                          reply.retry_after);
    auto error = error_of_reply(reply, binding());
    error.code = ErrorCode::generation_failed;
    error.message = binding().name + " does not know job " + checkpoint_.job.id + " " + status
                    + ". Its checkpoint lets a later run ask again.";
    error.retryable = false;
    return lose_job(std::move(error), true);
}

// A reply that no repetition changes.
Step JobFlow::on_job_refused(const HttpReply& reply) {
    auto error = error_of_reply(reply, binding());
    if (job_succeeded_ && error.code == ErrorCode::invalid_input)
        error.code = ErrorCode::generation_failed; // how a queue reports a job that failed
    error.retryable = false;
    const bool about_the_job = job_succeeded_ && (reply.status == 400 || reply.status == 422);
    return lose_job(std::move(error), !about_the_job);
}

Step JobFlow::retry_poll(TimePoint now, const std::string& why, std::optional<Millis> retry_after) {
    if (ending_ != Ending::none)
        return end_with_job(now);
    if (now >= suspend_at_)
        return suspend_with_job(now);
    // Polls outlive an outage however long, so an empty budget only slows them down.
    const auto failures = throttle_.take_retry() ? poll_failures_ : slowest_backoff;
    ++poll_failures_;
    const bool away = throttle_.is_away();
    if (away && retry_after)
        throttle_.put_off_turn(now + std::min(*retry_after, max_turn_put_off));
    const auto own_pause = away ? pause_in_outage(now) : backoff(failures, jitter_.next());
    const auto pause = std::max({own_pause, retry_after.value_or(0ms), min_pause});
    report(Phase::retrying, why + " Asking again in " + duration_text(pause) + ".");
    auto waiting = wait_to_poll(now, pause, retry_after);
    if (away || retry_after)
        return waiting;
    retry_at_ = next_moment_;
    return go_on_waiting(now);
}

// At next_moment_ in before_poll, or to set it.
Step JobFlow::go_on_waiting(TimePoint now) {
    if (now < retry_at_ && !throttle_.has_turned_since(asked_at_)) {
        next_moment_ = std::min(retry_at_, now + outage_spread);
        return step(Wait{});
    }
    return poll_due_ ? ask_for_job(now) : wait_for_next_poll(now, std::nullopt);
}

// A poll that was swallowed by an outage would be waited for until its time-out, long after the service is
// back. Where the outage began or ended since, it is given up; and once also where only others are answered,
// for an outage may be over before anybody notices it.
Step JobFlow::look_at_silence(TimePoint now) {
    if (now < silent_at_)
        return step(Continue{});
    silent_at_ = now + silence_look;
    const bool is_lost = throttle_.observe_silence(now, answer_due_from_) && !gave_poll_up_;
    if (!is_lost && !throttle_.has_turned_since(asked_at_))
        return step(Continue{});
    gave_poll_up_ = gave_poll_up_ || is_lost;
    return step(AbortRequest{});
}

Step JobFlow::ask_after_outage(TimePoint now) {
    if (now >= suspend_at_)
        return suspend_with_job(now);
    report(Phase::retrying, binding().name + " does not answer. Asking again.");
    return ask_for_job(now);
}

// Whoever has just asked in vain is there for the next turn; the others look later whether it is over.
Millis JobFlow::pause_in_outage(TimePoint now) {
    const auto turn = std::chrono::ceil<Millis>(throttle_.next_turn() - now);
    if (state_ == State::polling && turn > 0ms && asked_at_ + outage_spread > now)
        return turn;
    return std::max(min_pause, part_of(outage_spread));
}

// Whoever waits for longer has not heard of the outage, but people wait for everything since it began.
Step JobFlow::on_service_back(TimePoint now, Millis within) {
    const bool is_soon = poll_due_ && next_moment_ <= now + within;
    if (state_ != State::before_poll || ending_ != Ending::none || is_soon
        || !throttle_.has_turned_since(std::max(asked_at_, heard_at_)))
        return step(Continue{});
    const auto moment = std::max({now, throttle_.not_before(), not_sooner_than_}) + part_of(within);
    if (!poll_due_ || moment < next_moment_)
        next_moment_ = moment;
    poll_due_ = true;
    return step(Wait{});
}

Millis JobFlow::part_of(Millis longest) {
    return Millis(std::llround(jitter_.next() * static_cast<double>(longest.count())));
}

void JobFlow::observe_answer(TimePoint now) {
    const auto took = std::max(std::chrono::duration_cast<Millis>(now - answer_due_from_), 0ms);
    gave_poll_up_ = gave_poll_up_ && took >= silence_look;
    throttle_.observe_answer(now, took);
}

// The reply may name a video where the binding does not look.
Step JobFlow::lose_unknown(const JobReply& job, const HttpReply& reply) {
    auto error = make_error(ErrorCode::invalid_api_response,
                            binding().name + " has given no status of job " + checkpoint_.job.id
                                + " that is known for " + duration_text(unknown_status_timeout) + ".");
    error.details = {detail_of_reply(job.video_path, reply.body)};
    return lose_job(std::move(error), true);
}

// Collectable: the job may still lead to a video, so a later run may ask for it.
Step JobFlow::lose_job(Error error, bool collectable) {
    error.job_id = checkpoint_.job.id;
    error.charged = Charged::unknown;
    return fail(std::move(error), collectable ? checkpoint_ : next_generation());
}

bool JobFlow::has_video(const JobReply& job) const {
    return job_engine::has_video(job, parameters_.connection->allow_insecure_loopback);
}

Step JobFlow::succeed(const JobReply& job, std::string_view reply) {
    auto output =
        make_output(job.video, node_, parameters_.connection->allow_insecure_loopback, job.video_path, reply);
    if (!output) {
        auto error = output.error();
        error.job_id = checkpoint_.job.id;
        return fail(std::move(error), checkpoint_);
    }
    if (const auto whole = whole_video(job.video); whole != job.video)
        if (auto whole_output =
                make_output(whole, node_, parameters_.connection->allow_insecure_loopback, job.video_path)) {
            output = std::move(whole_output);
            warn("secret_in_video_url", "The video's URL holds a secret of the connection.");
        }
    Outcome outcome;
    outcome.kind = Outcome::Kind::succeeded;
    outcome.output_json = std::move(*output);
    return finish(std::move(outcome));
}

// The video is the one thing that is not masked: its URL would lead to nothing, and it is paid for.
std::string JobFlow::whole_video(const std::string& video) const {
    if (unmasked_reply_ == nullptr || video.find(secret_mask) == std::string::npos)
        return video;
    const auto job = read_job_reply(*unmasked_reply_, binding(), parameters_.connection->origin, "/");
    return job ? job->video : video;
}

void JobFlow::read_job_progress(const JobReply& job) {
    // The reply to a submit need not say; that of a poll should.
    const bool silent = job.status_word.empty();
    if (!job.status && !has_video(job) && !warned_of_status_ && !(silent && state_ == State::submitting)) {
        warned_of_status_ = true;
        warn("unknown_status", silent
                                   ? "The API names no status of the job; it counts as running."
                                   : "The API calls the job \"" + job_engine::presentable(job.status_word, 64)
                                         + "\", which the binding does not list; it counts as running.");
    }
    std::optional<Millis> eta;
    if (job.eta_seconds)
        eta = Millis(std::llround(std::min(*job.eta_seconds, 86'400.0) * 1000.0));
    const auto fraction = job.progress ? job.progress : progress_.fraction;
    if (eta != progress_.eta || fraction != progress_.fraction)
        ++progress_version_;
    progress_.eta = eta;
    progress_.fraction = fraction;
    if (job.status == JobStatus::queued)
        report(Phase::queued, "Waiting in the queue of " + binding().name);
    else
        report(Phase::running, "Rendering");
}

} // namespace job_engine
