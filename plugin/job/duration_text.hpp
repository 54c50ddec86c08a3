#pragma once

#include <chrono>
#include <string>

namespace job_engine {

// For messages: "0.4 s", "12 s", "15 min".
inline std::string duration_text(std::chrono::milliseconds duration) {
    const auto seconds = (duration.count() + 500) / 1000;
    if (seconds >= 120)
        return std::to_string((seconds + 30) / 60) + " min";
    if (seconds >= 10)
        return std::to_string(seconds) + " s";
    const auto tenths = (duration.count() + 50) / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

} // namespace job_engine
