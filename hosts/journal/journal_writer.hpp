#pragma once

#include "journal/journal.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace durable {

// Writes to a journal on a thread of its own: the module's threads, from which checkpoints come, never wait
// for the disk. Everything that is posted while it writes goes into one transaction, so that many runs share
// one wait for the disk.
class JournalWriter {
public:
    // Runs inside a transaction; may run again if that failed.
    using Work = std::function<void(Journal& journal)>;
    // Called on the writer's thread once the work is on the disk, or has failed: then `problem` says why; it
    // is empty otherwise. Must not throw, nor wait for the writer.
    using Done = std::function<void(const std::string& problem)>;

    explicit JournalWriter(Journal journal);
    // Finishes the work that is already posted.
    ~JournalWriter();
    JournalWriter(const JournalWriter&) = delete;
    JournalWriter& operator=(const JournalWriter&) = delete;

    // Work is done in the order in which it was posted. [any]
    void post(Work work, Done done);
    // Posts the work and waits for it. Throws JournalError. Not on the writer's thread.
    void do_now(const Work& work);

private:
    struct Task {
        Work work;
        Done done;
    };

    void write_all_posted();
    void write(std::deque<Task>& tasks);
    std::string try_write(const Task* first, const Task* last);

    Journal journal_; // used by the thread alone
    std::mutex mutex_;
    std::condition_variable posted_;
    std::deque<Task> tasks_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace durable
