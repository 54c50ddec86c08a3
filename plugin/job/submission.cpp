#include "job/submission.hpp"

#include "api/request.hpp"
#include "job/duration_text.hpp"
#include "job/kept_reply.hpp"
#include "job/run_end.hpp"
#include "job/submit_file.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/yield.hpp> // last: it defines reenter and yield

namespace job_engine {
namespace {

using namespace std::chrono_literals;
using State = Checkpoint::State;

// With their backoff, about half a minute; two minutes at the slowest.
constexpr int max_failures = 8;

// A file's bytes are in the way of other runs, and a URL of it may end: for a longer wait both are given up.
constexpr Millis longest_wait_with_file = 3s;
constexpr int max_pauses_for_file = 3;

bool was_kept(const Event& event) {
    const auto* answered = std::get_if<CheckpointAnswered>(&event);
    return answered != nullptr && answered->kept;
}

bool is_aborted(const Event& event) {
    const auto* failed = std::get_if<RequestFailed>(&event);
    return failed != nullptr && failed->failure.kind == TransportFailure::Kind::aborted;
}

} // namespace

Transition Submission::resume(TimePoint now, const Event& event) {
    reenter(resume_point_) {
        if (may_exist_ && may_look())
            search_ = std::make_unique<JobSearch>(
                run_, now,
                make_error(ErrorCode::api_connection_error,
                           "The run was interrupted while its job was being submitted."),
                false);

        for (;;) {
            if (search_ != nullptr && std::exchange(doubt_is_news_, false)) {
                yield return Step{SaveCheckpoint{in_doubt(run_.checkpoint)},
                                  now + run_.parameters.checkpoint_timeout};
                if (!was_kept(event))
                    run_.report.warn("checkpoint_not_kept",
                                     "The host did not keep the answer to the submit.");
            }
            while (search_ != nullptr) {
                file_.reset();
                if (auto end = look(now))
                    return std::move(*end);
                if (search_ == nullptr)
                    break;
                if (!search_->is_asking()) {
                    yield return Step{Wait{}, std::min(search_->wake_at(), suspend_search_at())};
                    continue;
                }
                yield return Step{Send{}};
                search_->take_answer(now, event);
            }

            // The submit is repeated. Keeping that there is no job spares a run that dies during the wait the
            // doubt whether it was paid for.
            if (intent_kept_ && !may_exist_) {
                intent_kept_ = false;
                if (run_.parameters.keeps_checkpoints) {
                    yield return save(now, State::prepared);
                    // What the host holds now wrongly speaks of a submit; the result's checkpoint replaces
                    // it.
                    if (!was_kept(event)) {
                        run_.report.warn("checkpoint_not_kept",
                                         "The host did not keep the checkpoint between two submits.");
                        return fail(*last_error_);
                    }
                }
            }

            if (!is_admitted_) {
                if (checks_media()) {
                    run_.report.set_phase(Phase::preparing,
                                          "Checking the " + std::string(media_input(run_.node.type)));
                    yield return Step{CheckMedia{run_.parameters.job->media_url}};
                    const auto& verdict = std::get<MediaChecked>(event).verdict;
                    if (const auto* error = std::get_if<Error>(&verdict))
                        return finish(failed(*error, unsubmitted(run_.checkpoint)));
                    if (const auto* warning = std::get_if<Warning>(&verdict))
                        run_.report.warn(warning->code, warning->message);
                }
                if (run_.connection().max_running > 0) {
                    run_.report.set_phase(Phase::queued, "Waiting for a free slot");
                    yield return Step{AcquireSlot{}};
                }
                is_admitted_ = true;
            }

            // Until the intent is kept and no pause has begun meanwhile: the host may take its time.
            for (;;) {
                // After a failure, and while a pause lasts that the API imposed on all runs of the
                // connection.
                for (;;) {
                    if (auto error = too_late(now))
                        return fail(std::move(*error));
                    if (now >= next_attempt_)
                        break;
                    if (run_.report.phase() != Phase::retrying)
                        run_.report.set_phase(Phase::queued, "Waiting because " + run_.binding().name
                                                                 + " asked for a pause");
                    if (next_attempt_ - now > longest_wait_with_file)
                        file_.reset();
                    yield return Step{Wait{}, next_attempt_};
                }

                // Before the intent: a run that is held up is not "maybe submitted".
                if (auto error = over_budget(now))
                    return finish(submit_failed(run_, std::move(*error), false));

                // As late as can be: bytes that wait for a slot or for the end of a pause are in the way of
                // other runs'. And before the intent, which keeps where the file is: a repeated submit has
                // the same body, and no file is handed over twice.
                if (lacks_file()) {
                    run_.report.set_phase(Phase::preparing,
                                          "Handing over the " + std::string(media_input(run_.node.type)));
                    yield return Step{file_to_hand_over(run_, may_exist_)};
                    if (auto end = take_file(now, std::get<FileHandedOver>(event).outcome))
                        return std::move(*end);
                    if (search_ != nullptr)
                        break;
                    continue; // a pause may have begun
                }

                // Not where an earlier submit, without a marker perhaps, may have made the job.
                if (run_.binding().find && !may_exist_)
                    run_.checkpoint.list_scope = RareText(list_scope(run_.connection()));
                // Before the submit: a run whose process dies during it must not pay again.
                if (!run_.parameters.keeps_checkpoints || intent_kept_)
                    break;
                yield return save(now, State::intent);
                if (!was_kept(event))
                    return finish(
                        failed(make_error(ErrorCode::checkpoint_not_kept,
                                          "The host did not keep the checkpoint, so nothing was submitted."),
                               checkpoint(false)));
                intent_kept_ = true;
            }
            if (search_ != nullptr)
                continue;

            run_.report.set_phase(Phase::submitting);
            yield return Step{Send{}};
            if (auto end = take_answer(now, event))
                return std::move(*end);
        }
    }
    return Step{Continue{}};
}

// A job that may exist already is worth more than what is found out about its media input now.
bool Submission::checks_media() const {
    return !may_exist_ && run_.connection().check_media && !run_.parameters.job->media_url.empty();
}

bool Submission::lacks_file() const {
    return file_ == nullptr && !run_.parameters.job->file.empty();
}

// nullopt: the run goes on.
std::optional<Transition> Submission::take_file(TimePoint now, FileOutcome& outcome) {
    if (auto* error = std::get_if<Error>(&outcome))
        return go_on_without_file(now, std::move(*error));
    auto& file = std::get<FileForSubmit>(outcome);
    if (put_file_into_submit(run_, file, may_exist_))
        file_ = std::make_unique<FileForSubmit>(std::move(file));
    else if (run_.binding().find)
        return go_on_without_file(now, another_file(run_));
    else
        return finish(with_another_file(run_));
    return std::nullopt;
}

// nullopt: it is asked for again at next_attempt_, or not needed because the list knows of the job.
std::optional<Transition> Submission::go_on_without_file(TimePoint now, Error error) {
    const Millis pause(error.retryable ? error.retry_after_ms.value_or(0) : 0);
    if (pause > 0ms && now + pause < run_.deadline && ++pauses_for_file_ <= max_pauses_for_file) {
        next_attempt_ = now + pause;
        run_.report.set_phase(Phase::retrying,
                              error.message + " Trying again in " + duration_text(pause) + ".");
        last_error_ = std::make_unique<const Error>(std::move(error));
        return std::nullopt;
    }
    // What was submitted cannot be repeated; where it was never made, another file is as good.
    if (may_exist_ && run_.binding().find) {
        search_ = std::make_unique<JobSearch>(run_, now, std::move(error), false);
        return std::nullopt;
    }
    return fail(std::move(error));
}

// Sets next_attempt_. The error where the run's time ends before that.
std::optional<Error> Submission::too_late(TimePoint now) {
    next_attempt_ = std::max(next_attempt_, run_.service.throttle.not_before());
    if (std::max(now, next_attempt_) >= run_.deadline && last_error_)
        return *last_error_;
    if (run_.service.throttle.not_before() < run_.deadline)
        return std::nullopt;
    // Another run was told to wait so long.
    auto error = make_error(ErrorCode::rate_limited,
                            run_.binding().name + " asked for a pause that is longer than the run may take.");
    error.retry_after_ms =
        std::chrono::duration_cast<Millis>(run_.service.throttle.not_before() - now).count();
    return error;
}

// Takes a place among the submits of the hour. A wait since it was taken, for the host or for a pause, moves
// it: what counts is when the submit goes out.
std::optional<Error> Submission::over_budget(TimePoint now) {
    const auto limit = run_.connection().max_submits_per_hour;
    // One that may have arrived is repeated with its own key only: it leads to no further job.
    if (limit == 0 || may_exist_)
        return std::nullopt;
    const auto wait = run_.service.submits->take(now, limit, counted_at_);
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

Step Submission::save(TimePoint now, State state) const {
    return {SaveCheckpoint{in_state(run_.checkpoint, state)}, now + run_.parameters.checkpoint_timeout};
}

HttpRequest Submission::request(TimePoint /*now*/) const {
    if (search_ != nullptr)
        return search_->request();
    const auto& connection = run_.connection();
    const auto& job = *run_.parameters.job;
    const auto place = job.digest.text();
    auto request = submit_request(run_.binding(), connection.base_path, {job.path.view(), job.body, place},
                                  run_.checkpoint.key.text());
    if (file_ != nullptr)
        request.body = body_with_file(request.body, job.digest, file_->text);
    request.timeout = std::max<Millis>(connection.request_timeout, run_.binding().submit.timeout);
    request.needs_fresh_connection = !connection.idempotent_submit;
    return request;
}

// nullopt: the submit is to be repeated.
std::optional<Transition> Submission::take_answer(TimePoint now, const Event& event) {
    if (run_.ending != Ending::none && is_aborted(event)) {
        may_exist_ = may_exist_ || std::get<RequestFailed>(event).failure.may_have_arrived;
        return end(now, false);
    }
    const auto* replied = std::get_if<Replied>(&event);
    was_answered_ = replied != nullptr;
    auto answer = replied != nullptr
                      ? read_submit_answer(replied->reply, run_.connection())
                      : read_submit_answer(std::get<RequestFailed>(event).failure, run_.connection());
    if (answer.pauses_all_runs)
        run_.service.throttle.pause_until(
            now + answer.retry_after.value_or(backoff(failures_, run_.jitter().next())));
    if (replied != nullptr)
        keep_reply(replied->reply, answer);
    if (!answer.job.id.empty())
        run_.take_job(answer.job); // first: whatever goes wrong from here on, the paid job is known
    if (answer.meaning == SubmitAnswer::Meaning::job)
        return PollJob{std::move(answer.job)};
    if (run_.has_job()) {
        // The API refuses, but speaks of a job: a later run asks for it before anything is paid again.
        return finish(job_lost(run_, std::move(answer.error), true));
    }
    may_exist_ = may_exist_ || answer.may_exist;
    // What was accepted may exist wherever it is listed, or not.
    const bool was_accepted = replied != nullptr && is_success(replied->reply.status);
    if (was_accepted && may_exist_)
        run_.checkpoint.list_scope = {};
    const bool is_refused = answer.meaning == SubmitAnswer::Meaning::refused;
    if (may_exist_ && may_look() && run_.ending == Ending::none) {
        const bool is_news = was_accepted || !run_.checkpoint.reply.empty();
        doubt_is_news_ = is_news && run_.parameters.keeps_checkpoints;
        search_ = std::make_unique<JobSearch>(run_, now, std::move(answer.error), is_refused);
        return std::nullopt;
    }
    if (is_refused)
        return fail(std::move(answer.error));
    return plan_retry(now, std::move(answer.error), answer.retry_after);
}

// What the API has said may mean more under another description than under this one: a job, or another job.
// Of several replies to one key the last is kept, but none that took the job gives way to one that did not.
void Submission::keep_reply(const HttpReply& reply, const SubmitAnswer& answer) {
    auto& kept = run_.checkpoint.reply;
    std::string text;
    if (!answer.job.id.empty()) {
        text = kept_small_reply(reply);
        kept = {};
    } else if (answer.meaning == SubmitAnswer::Meaning::job || (answer.may_exist && may_name_job(reply))) {
        const auto earlier = read_kept_reply(kept.view());
        if (earlier && is_success(earlier->status) && !is_success(reply.status))
            return;
        text = kept_reply(reply);
    }
    if (!text.empty())
        kept = RareText(std::move(text));
}

// Where the API honours keys, repeating the submit settles it, but who only collects may not.
bool Submission::may_look() const {
    const bool may_repeat = run_.connection().idempotent_submit && run_.parameters.job != nullptr
                            && run_.parameters.purpose == Purpose::make_job;
    return run_.binding().find && !may_repeat;
}

// nullopt: the search goes on, or the job is to be submitted.
std::optional<Transition> Submission::look(TimePoint now) {
    switch (search_->look(now)) {
    case JobSearch::Finding::job: {
        JobReply job;
        job.id = search_->id();
        run_.take_job(job);
        run_.parameters.job.reset();
        search_.reset();
        return PollJob{};
    }
    case JobSearch::Finding::none:
        return take_absence(now);
    case JobSearch::Finding::unanswered:
        if (run_.ending == Ending::none) {
            auto unknown = submit_failed(run_, search_->error_of_unanswered(), true);
            unknown.error.retryable = false; // the list would not tell then either
            return finish(std::move(unknown));
        }
        break;
    case JobSearch::Finding::open:
        if (run_.ending == Ending::none && now >= suspend_search_at())
            run_.ending = Ending::suspend;
        break;
    case JobSearch::Finding::ask:
        break;
    }
    return run_.ending == Ending::none ? std::nullopt : std::optional(end(now, false));
}

// "As soon as it is submitted" is when that is known.
TimePoint Submission::suspend_search_at() const {
    const bool when_submitted =
        run_.parameters.suspend_after == 0ms && run_.parameters.purpose == Purpose::make_job;
    return when_submitted ? TimePoint::max() : run_.suspend_at;
}

// The job was never made. nullopt: it is submitted, at next_attempt_.
std::optional<Transition> Submission::take_absence(TimePoint now) {
    const auto search = std::move(search_);
    may_exist_ = false;
    run_.checkpoint.reply = {};
    if (run_.ending != Ending::none)
        return end(now, false);
    if (run_.parameters.purpose == Purpose::collect_job || run_.parameters.job == nullptr)
        return finish(never_made(run_));
    auto cause = search->cause();
    if (search->is_final())
        return fail(std::move(cause));
    cause.message += " The job was not made: " + run_.binding().name + " does not list it.";
    return plan_retry(now, std::move(cause), std::nullopt);
}

// nullopt: at next_attempt_.
std::optional<Transition> Submission::plan_retry(TimePoint now, Error error,
                                                 std::optional<Millis> retry_after) {
    if (run_.ending != Ending::none)
        return end(now, false);
    if (may_exist_ && !run_.connection().idempotent_submit)
        return fail(std::move(error));
    // Giving up a job that may be paid for loses what it makes, so there an empty budget only slows down.
    const bool in_budget = run_.service.throttle.take_retry();
    const auto pause = std::max(backoff(in_budget ? failures_ : slowest_backoff, run_.jitter().next()),
                                retry_after.value_or(0ms));
    if (++failures_ >= max_failures || now + pause >= run_.deadline || (!in_budget && !may_exist_))
        return fail(std::move(error));
    next_attempt_ = now + pause;
    run_.report.set_phase(Phase::retrying, error.message + " Trying again in " + duration_text(pause) + ".");
    last_error_ = std::make_unique<const Error>(std::move(error));
    return std::nullopt;
}

Transition Submission::end(TimePoint now, bool is_sent) {
    may_exist_ = may_exist_ || is_sent;
    return finish(ended_without_job(run_, may_exist_, last_error_.get(),
                                    std::chrono::duration_cast<Millis>(next_attempt_ - now)));
}

std::optional<Checkpoint> Submission::checkpoint(bool is_sent) const {
    return may_exist_ || is_sent ? std::optional(in_doubt(run_.checkpoint)) : unsubmitted(run_.checkpoint);
}

Transition Submission::fail(Error error) {
    return finish(submit_failed(run_, std::move(error), may_exist_, was_answered_));
}

// A place in the budget is spent on what may be billed. A submit that was refused, never arrived or was not
// sent gives its place back, but only at the run's end: a run that waits to repeat it is not overtaken.
Transition Submission::finish(Outcome&& outcome) {
    const bool unsure = outcome.checkpoint && outcome.checkpoint->state != State::prepared;
    if (counted_at_ && !unsure)
        run_.service.submits->give_back(*counted_at_);
    counted_at_.reset();
    search_.reset(); // another run may read the list now
    file_.reset();
    return Step{Finish{std::move(outcome)}};
}

} // namespace job_engine

#include <boost/asio/unyield.hpp>
