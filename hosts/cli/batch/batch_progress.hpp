#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace cli {

// How far a batch is.
struct BatchCounts {
    std::int64_t succeeded = 0;
    std::int64_t failed = 0; // malformed lines and cancelled runs, too
    std::int64_t suspended = 0;
    std::int64_t running = 0;
    std::optional<double> fraction; // 0 to 1, by the bytes of the file; nullopt: its length is not known

    std::int64_t over() const noexcept { return succeeded + failed + suspended; }
};

// One line of at most `columns`, without a line end: a bar, the share, the counts, the time passed and left.
// What does not fit is left out, the bar first.
std::string batch_progress_line(const BatchCounts& counts, std::chrono::milliseconds elapsed,
                                std::size_t columns, bool utf8);

// The rest of the time, if all goes on as it did; nullopt: too early to tell.
std::optional<std::chrono::milliseconds> time_left(const BatchCounts& counts,
                                                   std::chrono::milliseconds elapsed);

// "200 runs: 198 succeeded, 2 failed."
std::string batch_summary(const BatchCounts& counts);

} // namespace cli
