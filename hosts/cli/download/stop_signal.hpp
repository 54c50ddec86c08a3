#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace cli {

// Asks work on other threads to end. [any]
class StopSignal {
public:
    void request() {
        const std::lock_guard lock(mutex_);
        requested_ = true;
        came_.notify_all();
    }

    bool requested() const {
        const std::lock_guard lock(mutex_);
        return requested_;
    }

    // False: it was requested before the time was over.
    bool pause(std::chrono::milliseconds time) const {
        std::unique_lock lock(mutex_);
        return !came_.wait_for(lock, time, [this] { return requested_; });
    }

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable came_;
    bool requested_ = false;
};

} // namespace cli
