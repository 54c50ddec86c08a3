#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>

namespace test_support {

// A job of a paid service: making one is a charge.
struct Job {
    enum class State { running, done, failed, cancelled, gone };

    std::string id;
    std::string key; // the submit's idempotency key
    std::string prompt;
    std::string marker; // what the submit said for the list of jobs
    State state = State::running;
    int polls = 0;

    // It leads to a video, or has led to one.
    bool is_billable() const { return state == State::running || state == State::done; }
    std::string video() const;
};

// The jobs of a service, without I/O or a clock. References hold until the book ends. For one thread.
class JobBook {
public:
    explicit JobBook(bool honours_keys) : honours_keys_(honours_keys) {}

    // The job that this key has made, where keys are honoured, else a new one.
    Job& take(const std::string& key, const std::string& prompt = {});

    Job* find(const std::string& id);                     // nullptr: there is none
    bool knows_key(const std::string& key) const;         // false where keys are not honoured
    const std::deque<Job>& jobs() const { return jobs_; } // in the order in which they were made

private:
    bool honours_keys_;
    std::deque<Job> jobs_;
    std::map<std::string, std::size_t> of_id_;  // its place in jobs_
    std::map<std::string, std::size_t> of_key_; // the same
};

} // namespace test_support
