#pragma once

#include "api/error.hpp"
#include "api/job_list.hpp"
#include "job/machine.hpp"
#include "job/run_state.hpp"
#include "job/shared_job_list.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace job_engine {

// Settles a submit whose answer was lost, where the API honours no keys but lists its jobs: it looks for the
// run's marker in the list, again and again, until the job is there or would be there if it had been made.
//
// That there is none is believed only of a whole list, asked for after Binding::find's settled_after, which
// shows markers of other runs, and is the one in which the submit's own would show: on its word the job is
// submitted, and paid, once more.
class JobSearch {
public:
    enum class Finding {
        job,        // it was made: id()
        none,       // it was never made
        open,       // not known yet: look again at wake_at()
        ask,        // send request()
        unanswered, // the list does not tell, and will not
    };

    // cause: what the submit ended with. is_final: it is not repeated even if there is no job.
    JobSearch(RunState& run, TimePoint now, Error cause, bool is_final);

    // What is known now, by this run or by another that has read the same list.
    Finding look(TimePoint now);
    TimePoint wake_at() const noexcept { return wake_at_; }
    bool is_asking() const noexcept { return walk_.has_value(); }
    HttpRequest request() const;
    // To the request: a look follows.
    void take_answer(TimePoint now, const Event& event);

    const std::string& id() const noexcept { return id_; }
    const Error& cause() const noexcept { return cause_; }
    bool is_final() const noexcept { return is_final_; }
    // The cause, and why the list does not tell.
    Error error_of_unanswered() const;

private:
    // This run's own way through the list.
    struct Walk {
        Walk(std::shared_ptr<const void> its_right, TimePoint now) : right(std::move(its_right)) {
            listing.began = now;
        }
        std::shared_ptr<const void> right;
        JobListing listing;
        std::string next_page; // a target; empty: by the binding's path
        std::size_t pages = 0;
        std::size_t offset = 0;             // of the next page
        std::vector<ListedJob> page_before; // where pages go by offset
    };

    std::string marker() const;
    std::string target() const;
    Finding judge(TimePoint now, const JobListing& listing);
    Finding unanswered(std::string why);
    bool begin_walk(TimePoint now);
    void take_reply(TimePoint now, const HttpReply& reply);
    void take_page(JobPage&& page);
    void take_jobs(const std::vector<ListedJob>& jobs);
    void fail_walk(TimePoint now, std::optional<Millis> retry_after, const std::string& unreadable = {});
    void end_walk(JobListing::End end, std::string why = {});
    void look_again(TimePoint now);

    RunState& run_;
    const std::shared_ptr<SharedJobList> list_;
    const Error cause_;
    const bool is_final_;
    const TimePoint settled_at_;
    TimePoint next_look_; // at a list that was asked for since then
    TimePoint wake_at_;
    std::optional<Walk> walk_;
    int looks_ = 0;
    int torn_ = 0; // lists, after settled_at_
    std::string id_;
    std::string trouble_; // a clause
};

} // namespace job_engine
