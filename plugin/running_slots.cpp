#include "running_slots.hpp"

#include <algorithm>

namespace pixelml {

std::uint64_t RunningSlots::request(Grant grant) {
    std::unique_lock lock(mutex_);
    const auto ticket = ++last_ticket_;
    if (taken_ >= most_) {
        waiting_.emplace_back(ticket, std::move(grant));
        return ticket;
    }
    ++taken_;
    lock.unlock();
    grant();
    return ticket;
}

void RunningSlots::give_back(std::uint64_t ticket) {
    std::unique_lock lock(mutex_);
    const auto waiter = std::find_if(waiting_.begin(), waiting_.end(),
                                     [&](const auto& entry) { return entry.first == ticket; });
    if (waiter != waiting_.end()) {
        waiting_.erase(waiter);
        return;
    }
    if (waiting_.empty()) {
        --taken_;
        return;
    }
    const auto grant = std::move(waiting_.front().second); // the slot passes on
    waiting_.pop_front();
    lock.unlock();
    grant();
}

} // namespace pixelml
