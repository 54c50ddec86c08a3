#pragma once

#include "job_book.hpp"
#include "scripted_server.hpp"
#include "server_tls.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace test_support {

// The API as the module's built-in binding describes it.
inline constexpr std::string_view submit_path = "/v1/image-to-video";
inline constexpr std::string_view jobs_path = "/v1/jobs/";
// Beyond that description, for one with a `find`: the jobs, newest first, in pages.
inline constexpr std::string_view list_path = "/v1/jobs?offset=";

Reply accepted(const std::string& job_id);                                      // 202, the job is queued
Reply refused(int status, const std::string& code, const std::string& message); // {"error": {...}}
std::string description_of(const Job& job);                                     // as a poll's reply has it

enum class SubmitFault { none, dropped_before, dropped_after, bad_gateway, held, held_and_late };

// What the service does; each function is called on its thread and may be empty.
struct Script {
    bool keys_honoured = true;
    bool done_at_once = false;                                                       // at the submit's reply
    std::chrono::milliseconds held{1500};                                            // see SubmitFault::held
    std::chrono::milliseconds listed_after{0};                                       // since the job was made
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
    explicit JobService(Script script);        // keeps no requests
    JobService(Script script, SslContext tls); // keeps them; nullptr: http

    std::string base_url() const { return server_.base_url(); }
    ScriptedServer& server() { return server_; }
    const ScriptedServer& server() const { return server_; }

    std::size_t jobs() const;
    std::size_t jobs_of(const std::string& prompt) const;
    std::size_t max_jobs_of_a_prompt() const;
    std::size_t faults(SubmitFault kind) const; // how many submits met it
    std::size_t submits() const;
    std::size_t requests() const;
    bool was_submitted(const std::string& prompt) const; // a submit has arrived, job or not
    bool was_polled(const std::string& prompt) const;
    std::optional<Job> job_for(const std::string& prompt) const; // the last
    // Waits until no submit is in progress.
    void wait_until_settled() const;

private:
    Reply answer(const Request& request);
    Reply on_submit(const Request& request);
    Reply on_list(const Request& request) const;
    Reply on_job_request(const Request& request);
    Reply reply_to_submit(Job& job) const;
    Reply spoilt(Reply reply, SubmitFault fault) const;
    Job& take_job(const Request& submit);

    const Script script_;
    mutable std::mutex mutex_; // of what follows
    mutable std::condition_variable settled_;
    JobBook book_;
    std::map<std::string, std::chrono::steady_clock::time_point> made_at_; // by the job's id
    std::set<std::string> keys_at_work_; // of submits that have made no job yet
    std::map<std::string, std::vector<const Job*>> jobs_of_prompt_;
    std::map<std::string, int> attempts_of_prompt_;
    std::map<SubmitFault, std::size_t> faults_;
    std::size_t submits_ = 0;
    std::size_t requests_ = 0;
    std::size_t at_work_ = 0;
    ScriptedServer server_; // last: its thread uses the members above
};

} // namespace test_support
