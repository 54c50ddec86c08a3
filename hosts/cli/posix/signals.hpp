#pragma once

#include "posix/files.hpp"

#include <signal.h>

#include <atomic>
#include <functional>
#include <thread>

namespace cli {

/*
 * SIGINT, SIGTERM and SIGHUP as events, by signalfd, on a thread of its own: nothing runs in a signal
 * handler, and a second signal ends the process even while everything else is stuck.
 *
 * Blocks the three in the calling thread, and so in all threads made later: make it before them. One
 * that the process was started with ignored, as by nohup, stays ignored.
 */
class SignalWatcher {
public:
    /*
     * on_first: called with the signal, at the first one, on the watcher's thread.
     * on_second: called then, before the process ends at once with 128 + signal.
     */
    SignalWatcher(std::function<void(int)> on_first, std::function<void()> on_second);
    ~SignalWatcher();
    SignalWatcher(const SignalWatcher&) = delete;
    SignalWatcher& operator=(const SignalWatcher&) = delete;

    /* The first signal; 0: none came. [any] */
    int received() const noexcept { return received_; }

private:
    void watch();

    std::function<void(int)> on_first_;
    std::function<void()> on_second_;
    FileDescriptor signals_;
    FileDescriptor stop_;
    std::atomic<int> received_{0};
    std::thread thread_;
};

/* While it lives, no signal comes to the calling thread; nor, ever, to threads that it makes meanwhile. */
class SignalsBlocked {
public:
    SignalsBlocked() noexcept;
    ~SignalsBlocked();
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

private:
    sigset_t before_;
};

/* For the whole process: writing to a closed pipe or a full file is an error code, not the end. */
void ignore_write_signals() noexcept;

} // namespace cli
