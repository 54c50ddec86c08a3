#include "journal/journal_writer.hpp"

#include <signal.h>

#include <exception>
#include <future>
#include <utility>
#include <vector>

namespace durable {

JournalWriter::JournalWriter(Journal journal) : journal_(std::move(journal)) {
    // Signals are for the host's threads: a new thread starts with the mask of the one that makes it.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { write_all_posted(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

JournalWriter::~JournalWriter() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    posted_.notify_one();
    thread_.join();
}

void JournalWriter::post(Work work, Done done) {
    {
        const std::lock_guard lock(mutex_);
        tasks_.push_back({std::move(work), std::move(done)});
    }
    posted_.notify_one();
}

void JournalWriter::do_now(const Work& work) {
    std::promise<std::string> written;
    post(work, [&written](const std::string& problem) { written.set_value(problem); });
    const std::string problem = written.get_future().get();
    if (!problem.empty())
        throw JournalError(problem);
}

void JournalWriter::write_all_posted() {
    for (;;) {
        std::deque<Task> tasks;
        {
            std::unique_lock lock(mutex_);
            posted_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
            if (tasks_.empty())
                return;
            tasks = std::exchange(tasks_, {});
        }
        write(tasks);
    }
}

void JournalWriter::write(std::deque<Task>& tasks) {
    const std::vector<Task> group(std::make_move_iterator(tasks.begin()),
                                  std::make_move_iterator(tasks.end()));
    const Task* const first = group.data();
    const Task* const end = first + group.size();
    if (group.size() > 1 && try_write(first, end).empty()) {
        for (const Task& task : group)
            task.done("");
        return;
    }
    // Alone, or the group failed: one that cannot be written must not fail the others.
    for (const Task* task = first; task != end; ++task)
        task->done(try_write(task, task + 1));
}

std::string JournalWriter::try_write(const Task* first, const Task* last) {
    try {
        journal_.transact([&] {
            for (const Task* task = first; task != last; ++task)
                task->work(journal_);
        });
    } catch (const std::exception& error) {
        const std::string problem = error.what();
        return problem.empty() ? "the journal could not be written" : problem;
    }
    return "";
}

} // namespace durable
