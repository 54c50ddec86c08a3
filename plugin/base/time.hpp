#pragma once

#include <chrono>

namespace job_engine {

using Millis = std::chrono::milliseconds;
using TimePoint = std::chrono::steady_clock::time_point;

inline double in_seconds(Millis time) noexcept {
    return std::chrono::duration<double>(time).count();
}

} // namespace job_engine
