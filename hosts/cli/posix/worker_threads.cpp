#include "posix/worker_threads.hpp"

#include <exception>
#include <utility>

namespace cli {

WorkerThreads::~WorkerThreads() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
        posted_.notify_all();
    }
    for (std::thread& thread : threads_)
        thread.join();
}

void WorkerThreads::post(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    const bool is_busy = works_.size() >= idle_;
    if (is_busy && threads_.size() < most_) {
        try {
            threads_.emplace_back([this] { work_off(); });
        } catch (const std::exception&) {
            if (threads_.empty()) // otherwise those that are there do it later
                throw;
        }
    }
    works_.push_back(std::move(work));
    posted_.notify_one();
}

void WorkerThreads::work_off() {
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_;
        posted_.wait(lock, [this] { return ending_ || !works_.empty(); });
        --idle_;
        if (ending_)
            return;
        const std::function<void()> work = std::move(works_.front());
        works_.pop_front();
        lock.unlock();
        work();
        lock.lock();
    }
}

} // namespace cli
