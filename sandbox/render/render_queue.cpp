#include "render/render_queue.hpp"

#include <exception>
#include <utility>

namespace sandbox {

RenderQueue::RenderQueue(RenderSettings settings, std::size_t workers, std::size_t limit,
                         EventHandler on_event)
    : settings_(std::move(settings)), limit_(limit), on_event_(std::move(on_event)) {
    for (std::size_t i = 0; i < workers; ++i)
        threads_.emplace_back([this] { work(); });
}

RenderQueue::~RenderQueue() {
    stop();
}

bool RenderQueue::try_add(RenderOrder order) {
    {
        const std::scoped_lock lock(mutex_);
        if (waiting_.size() >= limit_)
            return false;
        waiting_.push_back(std::move(order));
    }
    changed_.notify_one();
    return true;
}

void RenderQueue::cancel(const std::string& id) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(waiting_, [&](const RenderOrder& order) { return order.id == id; });
    if (const auto running = running_.find(id); running != running_.end())
        running->second->request();
}

void RenderQueue::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
        waiting_.clear();
        for (const auto& [id, signal] : running_)
            signal->request();
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
    threads_.clear();
}

void RenderQueue::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (stopping_)
            return;
        const RenderOrder order = std::move(waiting_.front());
        waiting_.pop_front();
        // Registered under the same lock: a cancel finds the order in one place or the other.
        std::shared_ptr<CancelSignal> signal;
        try {
            signal = std::make_shared<CancelSignal>();
            running_.emplace(order.id, signal);
        } catch (const std::exception& error) {
            on_event_(order.id, ApiError{"generation_failed", error.what()});
            continue;
        }
        lock.unlock();
        run(order, *signal);
        lock.lock();
        running_.erase(order.id);
    }
}

void RenderQueue::run(const RenderOrder& order, const CancelSignal& cancel) {
    const auto report = [&](const RenderReport& news) {
        std::visit([&](const auto& event) { on_event_(order.id, event); }, news);
    };
    on_event_(order.id, RenderStarted{});
    RenderOutcome outcome;
    try {
        outcome = render(settings_, order, cancel, report);
    } catch (const std::exception& error) { // no descriptors or no memory left
        outcome = ApiError{"generation_failed", error.what()};
    }
    std::visit([&](auto& event) { on_event_(order.id, std::move(event)); }, outcome);
}

} // namespace sandbox
