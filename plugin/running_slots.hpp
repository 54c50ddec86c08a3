#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace pixelml {

// At most `most` runs of a connection have a job at the API; the others wait in order. Thread-safe.
class RunningSlots {
public:
    using Grant = std::function<void()>; // must not block: it posts

    // most 0: no limit, and then nobody asks.
    explicit RunningSlots(std::size_t most) : most_(most) {}

    // Calls grant, now or when a slot is free. The ticket must be given back either way.
    std::uint64_t request(Grant grant);
    void give_back(std::uint64_t ticket);

private:
    const std::size_t most_;
    std::mutex mutex_;
    std::uint64_t last_ticket_ = 0;
    std::size_t taken_ = 0;
    std::deque<std::pair<std::uint64_t, Grant>> waiting_;
};

} // namespace pixelml
