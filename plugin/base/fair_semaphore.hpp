#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace job_engine {

// At most `most` permits at once; who finds none free waits in order, at the price of a queue's entry.
// Thread-safe.
class FairSemaphore {
public:
    // Must not throw, nor block: it is called by whoever gives a permit back, without a lock.
    using Granted = std::function<void()>;
    using Ticket = std::uint64_t;

    // most 0: no limit, and then nobody asks.
    explicit FairSemaphore(std::size_t most) : most_(most) {}

    // Sets the ticket, then calls granted, now or when a permit is free. The ticket must be given back
    // either way, once.
    void request(Granted granted, Ticket& ticket);
    // Gives the permit back, or the place in the queue.
    void give_back(Ticket ticket);

private:
    const std::size_t most_;
    std::mutex mutex_;
    Ticket last_ticket_ = 0;
    std::size_t taken_ = 0;
    std::deque<std::pair<Ticket, Granted>> waiting_; // tickets ascend
};

} // namespace job_engine
