#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace job_engine {

// At most `most` permits at once; callers queue in FIFO order when none is free, at the price of an entry.
// Thread-safe.
class FairSemaphore {
    using Ticket = std::uint64_t;

public:
    // Must not throw, nor block: it is called by whoever gives a permit back, without a lock.
    using Granted = std::function<void()>;

    // A permit, or the place in the queue for one. It goes back when it is released or destroyed, before the
    // semaphore is. Not thread-safe.
    class Permit {
    public:
        Permit() = default;
        Permit(const Permit&) = delete;
        Permit& operator=(const Permit&) = delete;
        ~Permit();

        // Of no effect on one that was never requested, or was released.
        void release();

    private:
        friend class FairSemaphore;

        FairSemaphore* semaphore_ = nullptr;
        Ticket ticket_ = 0;
    };

    // most 0: no limit, and then nobody asks.
    explicit FairSemaphore(std::size_t most) : most_(most) {}

    // Makes the permit one of this semaphore's, then calls granted, now or when one is free.
    void request(Granted granted, Permit& permit);

private:
    void give_back(Ticket ticket);

    const std::size_t most_;
    std::mutex mutex_;
    Ticket last_ticket_ = 0;
    std::size_t taken_ = 0;
    std::deque<std::pair<Ticket, Granted>> waiting_; // tickets ascend
};

} // namespace job_engine
