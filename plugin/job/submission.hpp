#pragma once

#include "api/error.hpp"
#include "job/file_for_submit.hpp"
#include "job/job_search.hpp"
#include "job/machine.hpp"
#include "job/run_state.hpp"
#include "job/submit_answer.hpp"

#include <boost/asio/coroutine.hpp>

#include <memory>
#include <optional>

namespace job_engine {

// From the start of a run until the API has named its job.
//
//     state             event               leads to
//     checking media    usable, unknown     -> slot
//                       refused             -> failed
//     slot              acquired            -> submit
//     before submit     its time            -> submit; by way of handing over, where an input is a file
//     handing over      there               -> before submit
//                       not there           -> before submit, where its receiver asked for a pause; find,
//                                              where a job may exist and the API lists its jobs; or failed
//                       another file        -> the same, where a job may exist
//     saving intent     kept                -> submit
//                       not kept            -> failed
//     submit            job named, or what  -> Polling
//                         it makes is there
//                       certainly no job    -> before submit, by way of voiding the intent; or failed
//                       no job is known     -> before submit where the API honours keys; find where it
//                                              lists its jobs; or failed, as submission unknown
//                       refused             -> failed
//     voiding intent    kept                -> before submit
//                       not kept            -> failed
//     before find       its time            -> find
//     find              the job             -> Polling
//                       it was never made   -> before submit, by way of voiding the intent; or failed
//                       not known yet       -> before find
//                       the list is of no   -> failed, as submission unknown
//                         use
//     any               cancel, suspend,    -> the end; a submit under way is waited for, but not at the
//                       deadline               deadline
//
// What each answer to a submit means stands at SubmitAnswer in submit_answer.hpp, and what a list of jobs
// means at JobSearch. A run whose process died during a submit begins before find.
class Submission {
public:
    // may_exist: a submit with this key may have arrived, in an earlier attempt of the run.
    explicit Submission(RunState& run, bool may_exist = false)
        : run_(run), intent_kept_(may_exist), may_exist_(may_exist) {}

    Transition resume(TimePoint now, const Event& event);
    // Ends the run as RunState::ending says. is_sent: a submit is under way whose answer is not waited for.
    Transition end(TimePoint now, bool is_sent);
    HttpRequest request(TimePoint now) const;
    // What is certain at this very moment. is_sent: as above.
    std::optional<Checkpoint> checkpoint(bool is_sent) const;

private:
    bool checks_media() const;
    bool lacks_file() const;
    std::optional<Transition> take_file(TimePoint now, FileOutcome& outcome);
    std::optional<Transition> go_on_without_file(TimePoint now, Error error);
    std::optional<Error> too_late(TimePoint now);
    std::optional<Error> over_budget(TimePoint now);
    Step save(TimePoint now, Checkpoint::State state) const;
    std::optional<Transition> take_answer(TimePoint now, const Event& event);
    void keep_reply(const HttpReply& reply, const SubmitAnswer& answer);
    bool may_look() const;
    TimePoint suspend_search_at() const;
    std::optional<Transition> look(TimePoint now);
    std::optional<Transition> take_absence(TimePoint now);
    std::optional<Transition> plan_retry(TimePoint now, Error error, std::optional<Millis> retry_after);
    Transition fail(Error error);
    Transition finish(Outcome&& outcome);

    RunState& run_;
    boost::asio::coroutine resume_point_;
    int failures_ = 0;
    int pauses_for_file_ = 0;
    TimePoint next_attempt_{};
    std::unique_ptr<const Error> last_error_;
    std::unique_ptr<JobSearch> search_;   // while it goes on
    std::unique_ptr<FileForSubmit> file_; // not during a wait of any length
    std::optional<TimePoint> counted_at_; // the place in the budget that is held
    bool intent_kept_;
    bool may_exist_;
    bool was_answered_ = false;  // the last submit
    bool doubt_is_news_ = false; // the host's intent says less than is known now
    bool is_admitted_ = false;   // the input is checked, and a slot is there
};

} // namespace job_engine
