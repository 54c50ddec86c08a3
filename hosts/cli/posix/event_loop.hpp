#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <utility>

namespace cli {

// The loop of the thread that prints. What happens to runs is posted to it by the module's and other threads,
// so that a slow terminal never holds the module up.
class EventLoop {
public:
    // Calls the handler on the loop's thread, in the order in which they were posted. Handlers that are left
    // at the end are destroyed. [any]
    template <class Handler>
    void post(Handler handler) {
        boost::asio::post(context_, std::move(handler));
    }

    // The same, for what may get lost: output that is stuck costs progress and log lines, not memory. [any]
    template <class Handler>
    void post_losable(Handler handler) {
        if (losable_ >= capacity)
            return;
        ++losable_;
        post([this, handle = std::move(handler)]() mutable {
            --losable_;
            handle();
        });
    }

    // Waits for the next handler for at most that long, and calls it. False if none came.
    bool run_one(std::chrono::milliseconds timeout) {
        return context_.poll_one() > 0 || context_.run_one_for(timeout) > 0;
    }

    // For descriptors that are watched by this loop.
    boost::asio::io_context& context() noexcept { return context_; }

private:
    static constexpr std::size_t capacity = 10000;

    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
    std::atomic<std::size_t> losable_{0}; // of those posted, about
};

} // namespace cli
