#pragma once

#include "api/error.hpp"
#include "job/machine.hpp"
#include "job/run_state.hpp"

#include <cstddef>
#include <string>

namespace job_engine {

// Settles a submit whose answer was lost, where the API honours no keys but lists its jobs: it looks for the
// run's marker in the list, again and again, until the job is there or would be there if it had been made.
//
// That there is none is believed only of a whole list, asked for after Binding::find's settled_after, which
// is empty or shows markers of other runs: on its word the job is submitted, and paid, once more.
class JobSearch {
public:
    enum class Finding {
        job,        // it was made: id()
        none,       // it was never made
        open,       // look again, at next_look()
        unanswered, // the list does not tell, and will not: trouble()
    };

    // cause: what the submit ended with. is_final: it is not repeated even if there is no job.
    JobSearch(RunState& run, TimePoint now, Error cause, bool is_final);

    TimePoint next_look() const noexcept { return next_look_; }
    HttpRequest request() const;
    Finding take_answer(TimePoint now, const Event& event);

    const std::string& id() const noexcept { return id_; }
    const Error& cause() const noexcept { return cause_; }
    bool is_final() const noexcept { return is_final_; }
    // The cause, and why the list does not tell.
    Error unanswered() const;

private:
    std::string marker() const;
    std::string target() const;
    Finding take_reply(TimePoint now, const HttpReply& reply);
    Finding end_look(TimePoint now, bool is_whole);
    Finding look_again(TimePoint now, Millis not_before = Millis(0));
    Finding give_up(std::string trouble);

    RunState& run_;
    const Error cause_;
    const bool is_final_;
    const TimePoint settled_at_;
    TimePoint next_look_;
    // This look.
    TimePoint began_{};
    std::string next_page_; // a target; empty: by the binding's path
    std::size_t pages_ = 0;
    std::size_t items_ = 0;
    bool shows_markers_ = false;

    int looks_ = 0;
    int unreadable_ = 0; // replies in a row
    std::string id_;
    std::string trouble_; // a clause
};

} // namespace job_engine
