#pragma once

#include "render/renderer.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

namespace sandbox {

using RenderEvent =
    std::variant<RenderStarted, ImageRead, FramesDone, RenderSucceeded, ApiError, RenderCancelled>;

// Renders orders in turn on worker threads of its own. Thread-safe.
class RenderQueue {
public:
    // Called on a worker thread; must not throw. Each order that was started ends with exactly one of
    // RenderSucceeded, ApiError and RenderCancelled.
    using EventHandler = std::function<void(const std::string& id, RenderEvent event)>;

    RenderQueue(RenderSettings settings, std::size_t workers, std::size_t limit, EventHandler on_event);
    ~RenderQueue(); // as stop()
    RenderQueue(const RenderQueue&) = delete;
    RenderQueue& operator=(const RenderQueue&) = delete;

    // False when `limit` orders are waiting already.
    bool try_add(RenderOrder order);

    // Forgets the order if it is waiting, without an event; ends its render if it is running.
    void cancel(const std::string& id);

    // Ends every render and all threads. Blocks for moments, while FFmpeg is being killed.
    void stop();

private:
    void work();
    void run(const RenderOrder& order, const CancelSignal& cancel);

    const RenderSettings settings_;
    const std::size_t limit_;
    const EventHandler on_event_;

    std::mutex mutex_; // guards the next three
    std::deque<RenderOrder> waiting_;
    std::unordered_map<std::string, std::shared_ptr<CancelSignal>> running_;
    bool stopping_ = false;
    std::condition_variable changed_;

    std::vector<std::thread> threads_;
};

} // namespace sandbox
