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

using RunEvent = std::variant<wfn::Progress, LogLine, CheckpointTried, SignalReceived, RunOver>;

/*
 * What happens to a run, on its way from the module's threads to the one that prints: a slow terminal
 * never holds the module up. [any]
 */
class RunEvents {
public:
    void push(RunEvent event) {
        {
            const std::lock_guard lock(mutex_);
            // A reader that is stuck costs progress and log lines, not memory.
            const bool may_be_lost =
                std::holds_alternative<wfn::Progress>(event) || std::holds_alternative<LogLine>(event);
            if (may_be_lost && events_.size() >= capacity) {
                return;
            }
            events_.push_back(std::move(event));
        }
        changed_.notify_one();
    }

    /* What has come, in order; waits for it at most so long, and is empty when nothing came. */
    std::deque<RunEvent> take(std::chrono::milliseconds timeout) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, timeout, [this] { return !events_.empty(); });
        return std::exchange(events_, {});
    }

private:
    static constexpr std::size_t capacity = 10000;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<RunEvent> events_;
};

} // namespace cli
