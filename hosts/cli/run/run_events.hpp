#pragma once

#include <workflow_node/host.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <variant>

namespace cli {

struct LogLine {
    wfn::LogLevel level;
    std::string text;
};
struct CheckpointTried {
    std::string problem; /* empty: it is kept */
};
struct SignalReceived {
    int signal;
};
struct RunOver {};

/*
 * What happens to runs, on its way from the module's and other threads to the one that prints: a slow
 * terminal never holds the module up. Losable: the events that a reader who is stuck may miss. [any]
 */
template <class Event, class... Losable>
class EventQueue {
public:
    void push(Event event) {
        {
            const std::lock_guard lock(mutex_);
            // A reader that is stuck costs progress and log lines, not memory.
            const bool may_be_lost = (std::holds_alternative<Losable>(event) || ...);
            if (may_be_lost && events_.size() >= capacity) {
                return;
            }
            events_.push_back(std::move(event));
        }
        changed_.notify_one();
    }

    /* What has come, in order; waits for it at most so long, and is empty when nothing came. */
    std::deque<Event> take(std::chrono::milliseconds timeout) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, timeout, [this] { return !events_.empty(); });
        return std::exchange(events_, {});
    }

private:
    static constexpr std::size_t capacity = 10000;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Event> events_;
};

using RunEvent = std::variant<wfn::Progress, LogLine, CheckpointTried, SignalReceived, RunOver>;
using RunEvents = EventQueue<RunEvent, wfn::Progress, LogLine>;

} // namespace cli
