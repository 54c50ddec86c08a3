#pragma once

#include <csignal>
#include <thread>
#include <utility>

namespace job_engine {

// A thread that takes no signal: those belong to the host.
template <class Function>
std::thread background_thread(Function function) {
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    struct Restore {
        const sigset_t& mask;
        ~Restore() { ::pthread_sigmask(SIG_SETMASK, &mask, nullptr); }
    } restore{before};
    return std::thread(std::move(function));
}

} // namespace job_engine
