#include "base/fair_semaphore.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace job_engine {

FairSemaphore::Permit::~Permit() {
    try {
        release();
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
        // Out of memory: whoever waits is granted by the next permit that is given back.
    }
}

void FairSemaphore::Permit::release() {
    if (semaphore_ != nullptr)
        std::exchange(semaphore_, nullptr)->give_back(ticket_);
}

void FairSemaphore::request(Granted granted, Permit& permit) {
    std::unique_lock lock(mutex_);
    const auto ticket = last_ticket_ + 1;
    const auto mark = [&] {
        last_ticket_ = ticket;
        permit.semaphore_ = this;
        permit.ticket_ = ticket;
    };
    if (taken_ >= most_) {
        waiting_.emplace_back(ticket, std::move(granted));
        return mark(); // not sooner: what is not queued is not given back
    }
    ++taken_;
    mark();
    lock.unlock();
    granted();
}

void FairSemaphore::give_back(Ticket ticket) {
    Granted other; // of the next in the queue, or the one that is given up: it goes without the lock
    {
        const std::lock_guard lock(mutex_);
        const auto waiter =
            std::lower_bound(waiting_.begin(), waiting_.end(), ticket,
                             [](const auto& entry, Ticket sought) { return entry.first < sought; });
        if (waiter != waiting_.end() && waiter->first == ticket) {
            other = std::move(waiter->second);
            waiting_.erase(waiter);
            return;
        }
        if (waiting_.empty()) {
            --taken_;
            return;
        }
        other = std::move(waiting_.front().second); // the permit passes on
        waiting_.pop_front();
    }
    other();
}

} // namespace job_engine
