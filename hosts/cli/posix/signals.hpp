#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <atomic>
#include <functional>
#include <thread>

namespace cli {

// SIGINT, SIGTERM and SIGHUP as events, on a thread of its own: the first reaches the runs, and a second ends
// the process, even while the output is stuck. A signal that was ignored when the process started, as by
// nohup, stays ignored.
//
// Blocks the three in the calling thread, and so in all threads made later: make it before them.
class SignalWatcher {
public:
    // on_first: called with the signal, at the first one, on the watcher's thread.
    // on_second: called then, before the process ends at once with 128 + signal.
    SignalWatcher(std::function<void(int)> on_first, std::function<void()> on_second);
    ~SignalWatcher();
    SignalWatcher(const SignalWatcher&) = delete;
    SignalWatcher& operator=(const SignalWatcher&) = delete;

    // The first signal; 0: none came. [any]
    int received() const noexcept { return received_; }

private:
    void await();

    std::function<void(int)> on_first_;
    std::function<void()> on_second_;
    std::atomic<int> received_{0};
    boost::asio::io_context context_{1};
    boost::asio::signal_set signals_{context_};
    std::thread thread_;
};

// For the whole process: writing to a closed pipe or a full file is an error code, not the end.
void ignore_write_signals() noexcept;

// Also where the parent left SIGCHLD ignored.
void keep_exit_statuses() noexcept;

} // namespace cli
