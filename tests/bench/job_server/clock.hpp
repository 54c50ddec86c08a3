#pragma once

#include <cstdint>
#include <ctime>

namespace job_server {

// CLOCK_MONOTONIC itself, not a clock of the library's: the clients compare with it across processes.
inline std::int64_t now_ns() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

} // namespace job_server
