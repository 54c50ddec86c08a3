#include "posix/signals.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>
#include <utility>

namespace cli {

SignalWatcher::SignalWatcher(std::function<void(int)> on_first, std::function<void()> on_second)
    : on_first_(std::move(on_first)), on_second_(std::move(on_second)) {
    sigset_t watched;
    sigemptyset(&watched);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        sigaddset(&watched, signal);
    }
    pthread_sigmask(SIG_BLOCK, &watched, nullptr);
    signals_ = FileDescriptor(::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
    stop_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC));
    if (!signals_ || !stop_) {
        throw std::system_error(errno, std::generic_category(), "cannot watch for signals");
    }
    thread_ = std::thread([this] { watch(); });
}

SignalWatcher::~SignalWatcher() {
    const std::uint64_t one = 1;
    static_cast<void>(write_all(stop_.get(), {reinterpret_cast<const char*>(&one), sizeof one}));
    thread_.join();
}

void SignalWatcher::watch() {
    pollfd watched[] = {{signals_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
    while (watched[1].revents == 0) {
        if (::poll(watched, 2, -1) <= 0 || watched[0].revents == 0) {
            continue;
        }
        signalfd_siginfo info{};
        if (::read(signals_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) {
            continue;
        }
        const int signal = static_cast<int>(info.ssi_signo);
        int none = 0;
        if (received_.compare_exchange_strong(none, signal)) {
            on_first_(signal);
        } else {
            on_second_();
            ::_exit(128 + signal);
        }
    }
}

SignalsBlocked::SignalsBlocked() noexcept {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
}

SignalsBlocked::~SignalsBlocked() {
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void ignore_write_signals() noexcept {
    for (const int signal : {SIGPIPE, SIGXFSZ}) {
        ::signal(signal, SIG_IGN);
    }
}

} // namespace cli
