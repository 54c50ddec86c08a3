#include "posix/signals.hpp"

#include <signal.h>
#include <unistd.h>

#include <utility>

namespace cli {

SignalWatcher::SignalWatcher(std::function<void(int)> on_first, std::function<void()> on_second)
    : on_first_(std::move(on_first)), on_second_(std::move(on_second)) {
    sigset_t watched;
    sigemptyset(&watched);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction action {};
        ::sigaction(signal, nullptr, &action);
        if (action.sa_handler != SIG_IGN) {
            signals_.add(signal);
            sigaddset(&watched, signal);
        }
    }
    pthread_sigmask(SIG_BLOCK, &watched, nullptr);
    await();
    thread_ = std::thread([this, watched] {
        pthread_sigmask(SIG_UNBLOCK, &watched, nullptr);
        context_.run();
    });
}

SignalWatcher::~SignalWatcher() {
    context_.stop();
    thread_.join();
}

void SignalWatcher::await() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
        if (error)
            return;
        if (received_ != 0) {
            on_second_();
            ::_exit(128 + signal);
        }
        received_ = signal;
        on_first_(signal);
        await();
    });
}

void ignore_write_signals() noexcept {
    for (const int signal : {SIGPIPE, SIGXFSZ})
        ::signal(signal, SIG_IGN);
}

void keep_exit_statuses() noexcept {
    ::signal(SIGCHLD, SIG_DFL);
}

} // namespace cli
