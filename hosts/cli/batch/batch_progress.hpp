#pragma once

#include "text/price.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace cli {

// The progress of a batch.
struct BatchCounts {
    std::int64_t succeeded = 0;
    std::int64_t failed = 0; // includes malformed lines and cancelled runs
    std::int64_t suspended = 0;
    std::int64_t running = 0;
    std::int64_t downloading = 0;   // succeeded, and their files are on their way
    std::int64_t files_missing = 0; // of those that succeeded
    std::int64_t charged = 0;
    std::int64_t maybe_charged = 0;
    Price spent;                    // by those that were charged, as far as their prices are known
    std::optional<double> fraction; // 0 to 1, by the bytes of the file; nullopt if its length is unknown

    std::int64_t over() const noexcept { return succeeded + failed + suspended; }
};

// One line of at most `columns`, without a line end: a bar, the percentage, the counts, the elapsed and the
// remaining time. What does not fit is omitted, the bar first.
std::string batch_progress_line(const BatchCounts& counts, std::chrono::milliseconds elapsed,
                                std::size_t columns, bool utf8);

// The remaining time at the present rate; nullopt if it is too early to tell.
std::optional<std::chrono::milliseconds> time_left(const BatchCounts& counts,
                                                   std::chrono::milliseconds elapsed);

// "200 runs: 198 succeeded, 2 failed. Billed: 198, about 792 credits ($19.80) by the node's list."
std::string batch_summary(const BatchCounts& counts);

} // namespace cli
