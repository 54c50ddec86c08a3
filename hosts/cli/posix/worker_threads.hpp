#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace cli {

// Does what is posted, on a few threads, each of which begins when the others are busy.
class WorkerThreads {
public:
    explicit WorkerThreads(std::size_t most) : most_(most) {}
    // Waits for what is under way; what is only posted is dropped.
    ~WorkerThreads();
    WorkerThreads(const WorkerThreads&) = delete;
    WorkerThreads& operator=(const WorkerThreads&) = delete;

    // Throws where there is no thread and none can be had: the work is not taken. [any]
    void post(std::function<void()> work);

private:
    void work_off();

    const std::size_t most_;
    std::mutex mutex_;
    std::condition_variable posted_;
    std::deque<std::function<void()>> works_;
    std::size_t idle_ = 0; // threads that wait for work
    bool ending_ = false;
    std::vector<std::thread> threads_;
};

} // namespace cli
