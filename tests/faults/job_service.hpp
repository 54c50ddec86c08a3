#pragma once

#include "fault_server.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace faults {

enum class SubmitFault { none, dropped_before, dropped_after, bad_gateway, held, held_and_late };

struct Job {
    enum class State { running, done, cancelled };

    std::string id;
    std::string prompt;
    State state = State::running;
    int polls = 0;

    std::string video() const;
};

// What the service does; each function is called on its thread and may be empty.
struct Script {
    bool keys_honoured = true;
    std::chrono::milliseconds held{1500};                                            // see SubmitFault::held
    std::function<SubmitFault(const std::string& prompt, int attempt)> submit;       // attempt: from 0
    std::function<std::chrono::milliseconds(const std::string& prompt)> submit_time; // before the reply
    std::function<bool(const Job&)> is_done;                                         // default: when polled
    std::function<std::optional<Reply>(const Request&)> instead;                     // of what it would do
    std::function<Reply(Job&)> cancel;                                               // default: cancels, 200
};

// A paid service: every job that it makes is a charge. It counts jobs by the prompt that they were asked for
// with, so that a run charged twice is seen however the second job came about. Written from the API's
// description alone. Every member may be called on any thread.
class JobService {
public:
    explicit JobService(Script script);

    std::string base_url() const { return server_.base_url(); }
    FaultServer& server() { return server_; }

    std::size_t jobs() const;
    std::size_t jobs_of(const std::string& prompt) const;
    std::size_t max_jobs_of_a_prompt() const;
    std::size_t faults(SubmitFault kind) const; // how many submits met it
    std::size_t submits() const;
    std::size_t requests() const;
    bool was_submitted(const std::string& prompt) const; // a submit has arrived, job or not
    bool was_polled(const std::string& prompt) const;
    std::optional<Job> job_for(const std::string& prompt) const; // the last
    // Waits until no submit is being worked on any more.
    void wait_until_settled() const;

private:
    Reply answer(const Request& request);
    Reply on_submit(const Request& request);
    Reply on_job_request(const Request& request);
    Reply accepted(const Job& job) const;
    Reply spoilt(Reply reply, SubmitFault fault) const;
    Job& make_job(const std::string& prompt, const std::string& key);

    const Script script_;
    mutable std::mutex mutex_; // of what follows
    mutable std::condition_variable settled_;
    std::map<std::string, Job> jobs_;              // by id
    std::map<std::string, std::string> id_of_key_; // empty while the submit is being worked on
    std::map<std::string, std::string> last_id_of_prompt_;
    std::map<std::string, std::size_t> jobs_of_prompt_;
    std::map<std::string, int> attempts_of_prompt_;
    std::map<SubmitFault, std::size_t> faults_;
    std::size_t submits_ = 0;
    std::size_t requests_ = 0;
    std::size_t at_work_ = 0;
    FaultServer server_; // last: its thread uses the members above
};

} // namespace faults
