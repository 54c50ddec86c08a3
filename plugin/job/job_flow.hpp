#pragma once

#include "api/binding.hpp"
#include "api/connection.hpp"
#include "api/error.hpp"
#include "api/reply.hpp"
#include "base/rare_text.hpp"
#include "http/http_message.hpp"
#include "job/checkpoint.hpp"
#include "job/inputs.hpp"
#include "job/node_type.hpp"
#include "job/retry.hpp"
#include "job/submit_budget.hpp"
#include "media/image_check.hpp"
#include "polling/job_durations.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace job_engine {

// One run as a state machine without I/O, clock or randomness of its own: it is told what happened and
// when, and answers with what to do next. Everything that decides over money is in here.
//
//     look at the image -> slot -> checkpoint (intent) -> submit -> checkpoint (job) -> wait -> poll ... ->
//     result -> done
//
// A failed submit leads back to the wait before it, or to the end; see verdict_of_submit. Not thread-safe.

// What a run was asked for before it began.
enum class EarlyEnd { none, suspend, cancel };

// The fixed facts of one run.
struct RunParameters {
    std::shared_ptr<const Connection> connection;
    std::unique_ptr<const PreparedJob>
        job; // of no use once it is submitted; nullptr: the checkpoint knows it
    std::string run_key;
    RareText traceparent;
    std::unique_ptr<Checkpoint> checkpoint; // of an earlier attempt, or none
    bool keeps_checkpoints = false;         // whether the host takes them
    Millis checkpoint_timeout{};
    Millis timeout{};
    EarlyEnd early_end = EarlyEnd::none; // suspend, cancel: nothing is submitted
    std::optional<Millis> suspend_after; // 0: as soon as the job is submitted
    bool cancel_job_at_deadline = false;
    std::uint64_t jitter_seed = 0;
};

struct Outcome {
    enum class Kind { succeeded, failed, cancelled, suspended };
    Kind kind = Kind::failed;
    std::string output_json;              // succeeded
    Error error;                          // failed, cancelled
    std::optional<Checkpoint> checkpoint; // to keep from now on
    std::string given_checkpoint;         // the same, as the host gave it; used when checkpoint is empty
    Millis resume_after{};                // suspended
};

// How long a cancel takes at most, and a suspend or deadline that waits for the end of a request.
inline constexpr Millis ending_bound{5'000};

// What to do next. Whatever was begun before and is not Continue's is given up.
struct Continue {}; // go on with what is under way
struct CheckImage {
    std::string url;
};                     // wait for on_image_checked
struct AcquireSlot {}; // wait for on_slot
struct SaveCheckpoint {
    std::string text;
}; // hand to the host, wait for on_checkpoint
struct Send {
    HttpRequest request;
};                      // wait for on_reply or on_failure
struct AbortRequest {}; // end the request; on_failure(aborted) follows
struct Wait {};         // nothing but wake_at
struct Finish {
    Outcome outcome;
};
using Action =
    std::variant<Continue, CheckImage, AcquireSlot, SaveCheckpoint, Send, AbortRequest, Wait, Finish>;

struct Step {
    Action action;
    TimePoint wake_at; // when to call on_timer; it replaces every earlier one
};

enum class Phase { preparing, submitting, queued, running, retrying, cancelling };

struct Progress {
    Phase phase = Phase::preparing;
    std::optional<double> fraction;
    std::optional<Millis> eta;
    std::string message = "Preparing";

    friend bool operator==(const Progress&, const Progress&) = default;
};

class JobFlow {
public:
    // What it is given by reference must outlive the flow. Without inputs it can only take up a job.
    JobFlow(RunParameters parameters, Throttle& throttle, SubmitBudget& submits, KnownDurations& durations,
            const Node& node);

    Step start(TimePoint now);
    Step on_image_checked(TimePoint now, const ImageVerdict& verdict);
    Step on_slot(TimePoint now);
    Step on_checkpoint(TimePoint now, bool kept);
    Step on_reply(TimePoint now, const HttpReply& reply);
    Step on_failure(TimePoint now, const TransportFailure& failure);
    Step on_timer(TimePoint now);
    Step on_cancel(TimePoint now);
    Step on_suspend(TimePoint now);
    // An outage is over: a poll is due within this time, see max_wait_after_outage.
    Step on_service_back(TimePoint now, Millis within);
    // Ends the run in this very step, whatever is under way.
    Step on_forced_end(TimePoint now);
    // The end of the run by a defect, which the error tells of.
    Outcome broken_off(Error error) const;

    const Progress& progress() const noexcept { return progress_; }
    // Grows when the progress changes.
    unsigned progress_version() const noexcept { return progress_version_; }
    const std::string& job_id() const noexcept { return checkpoint_.job.id; }
    // The warnings since the last call.
    std::vector<Warning> take_warnings();

private:
    enum class State {
        idle,
        checking_image,
        awaiting_slot,
        saving_intent,
        submitting,
        voiding_intent, // keeping that an intent certainly led to no job
        before_submit,
        saving_job,
        before_poll,
        polling, // or fetching the result of a job that has succeeded
        cancelling,
        done
    };
    // Why a request in flight is being given up, or is the last one.
    enum class Ending { none, cancel, suspend, deadline };

    // job_flow_submit.cpp: up to the job
    Step begin(TimePoint now);
    Step resume_job(TimePoint now);
    Step acquire_slot(TimePoint now);
    Step try_submit(TimePoint now);
    std::optional<Error> over_budget(TimePoint now);
    Step wait_before_submit(TimePoint now);
    Step on_submit_reply(TimePoint now, const HttpReply& reply);
    Step keep_named_job(Error error, const JobReply& job);
    Step on_submit_failure(TimePoint now, const TransportFailure& failure);
    Step retry_submit(TimePoint now, Error error, std::optional<Millis> retry_after, bool uncertain);
    Step fail_submit(Error error, bool uncertain);
    Step end_without_job(TimePoint now);

    // job_flow_poll.cpp: from the job on
    void take_job(const JobReply& job);
    Step on_job(TimePoint now, const JobReply& job);
    Step on_job_kept(TimePoint now);
    Step wait_to_poll(TimePoint now, Millis delay, std::optional<Millis> retry_after = std::nullopt);
    Step wait_for_next_poll(TimePoint now, std::optional<Millis> retry_after);
    NextPoll next_poll(TimePoint now);
    bool may_long_poll() const;
    TimePoint earliest_ask() const;
    Millis age(TimePoint now) const;
    Step ask_for_job(TimePoint now);
    Step on_job_reply(TimePoint now, const HttpReply& reply);
    Step on_job_refused(const HttpReply& reply);
    Step retry_poll(TimePoint now, const std::string& why, std::optional<Millis> retry_after);
    Step go_on_waiting(TimePoint now);
    Step look_at_silence(TimePoint now);
    Step ask_after_outage(TimePoint now);
    Millis pause_in_outage(TimePoint now);
    Millis part_of(Millis longest);
    void observe_answer(TimePoint now);
    Step lose_job(Error error, bool collectable);
    Step on_job_not_known(TimePoint now, const HttpReply& reply);
    Step lose_unknown(const JobReply& job, const HttpReply& reply);
    // The reply's body is shown where it holds no video.
    Step succeed(const JobReply& job, std::string_view reply = {});
    bool has_video(const JobReply& job) const;
    void read_job_progress(const JobReply& job);

    Step take_last_poll(TimePoint now);

    // job_flow_ending.cpp: cancel, suspend, deadline, defects
    Step suspend_with_job(TimePoint now);
    Step end_with_job(TimePoint now);
    Step send_cancel(TimePoint now);
    Step on_cancel_reply(const HttpReply& reply);
    Step on_cancel_failure(const std::string& why);
    Step finish_cancelled(std::string message, bool collectable);
    Step finish_at_deadline(bool job_cancelled);
    Step end(TimePoint now, Ending ending);

    Step step(Action action) const;
    Step save(State state, TimePoint now, const Checkpoint& checkpoint);
    Step finish(Outcome outcome);
    void settle_budget(const Outcome& outcome);
    Step fail(Error error, std::optional<Checkpoint> checkpoint);
    Step suspend_with(Checkpoint checkpoint, Millis resume_after);
    TimePoint wake_at() const noexcept;
    void report(Phase phase, std::string message);
    void warn(const char* code, std::string message);
    std::string masked(std::string text) const;
    std::string presentable(std::string text) const;
    std::optional<HttpReply> masked_copy(const HttpReply& reply) const;
    Step take_reply(TimePoint now, const HttpReply& reply);
    std::string whole_video(const std::string& video) const;
    Checkpoint checkpoint_in(Checkpoint::State state) const;
    Checkpoint next_generation() const;
    std::optional<Checkpoint> unsubmitted() const;
    std::optional<Checkpoint> newest_true_checkpoint() const;
    bool has_job() const noexcept { return !checkpoint_.job.id.empty(); }
    bool request_in_flight() const noexcept;
    const Binding& binding() const noexcept { return *parameters_.connection->binding; }
    HttpRequest with_trace(HttpRequest request) const;

    RunParameters parameters_;
    Throttle& throttle_;
    SubmitBudget& submits_;
    KnownDurations& durations_;
    const Node& node_;
    Jitter jitter_;
    State state_ = State::idle;
    Ending ending_ = Ending::none;
    Checkpoint checkpoint_; // the key and, once known, the job
    Progress progress_;
    unsigned progress_version_ = 0;
    std::vector<Warning> warnings_;
    TimePoint deadline_{};
    TimePoint ending_by_{}; // bound on an ending
    TimePoint suspend_at_ = TimePoint::max();
    TimePoint checkpoint_by_{}; // bound on the host's answer
    TimePoint next_moment_{};   // the end of the wait in before_submit and before_poll
    TimePoint submitted_at_{};
    std::optional<TimePoint> counted_at_; // the place in submits_ that is held
    TimePoint asked_at_{};                // the last poll
    TimePoint heard_at_{};                // the last answer that told of the job
    TimePoint not_sooner_than_{};         // in before_poll: what the last answer asked for
    TimePoint retry_at_{}; // the poll after a failed one, unless an outage or its end is noticed before
    TimePoint answer_due_from_{};               // the last poll is held no longer
    TimePoint silent_at_{};                     // when to look at a poll that has no answer yet
    const HttpReply* unmasked_reply_ = nullptr; // the one that is being read, when a secret was masked in it
    std::unique_ptr<JobWatch>
        watch_;                 // unless the job was submitted by an earlier run, so its age is not known
    bool poll_due_ = true;      // at next_moment_; false: only think again of when to look
    bool was_long_poll_ = true; // the last poll, as far as is known; see may_long_poll()
    std::unique_ptr<const Error> last_submit_error_;
    int submit_failures_ = 0;
    int poll_failures_ = 0;
    bool intent_kept_ = false;
    bool uncertain_submit_ = false; // a submit with this key may have arrived
    bool job_succeeded_ = false;    // only its result is still to be fetched
    bool gave_poll_up_ = false;     // one that was silent, and none was answered quickly since
    bool woke_late_ = false;        // after its deadline, and was given time for one last look
    bool warned_of_status_ = false;
    std::optional<TimePoint> status_unknown_since_;
    RareText asked_target_;       // of the poll under way
    RareText follow_;             // where the API sent the last poll to, for the next one
    RareText last_trouble_;       // a sentence about the last reply, where it said nothing that is known
    TimePoint asks_paid_until_{}; // see earliest_ask()
};

} // namespace job_engine
