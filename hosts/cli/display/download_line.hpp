#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace cli {

// How far a download is. total: nullopt, or 0 bytes of it, where the server has not said.
struct DownloadShown {
    std::string name;
    std::uint64_t bytes = 0;
    std::optional<std::uint64_t> total;

    std::optional<double> fraction() const;
};

// One line of at most `columns`, without a line end: bar, percentage, elapsed time, bytes, name. What does
// not fit is omitted, the bar first.
std::string download_line(const DownloadShown& shown, std::chrono::milliseconds elapsed, std::size_t columns,
                          bool utf8);

// For output that is not a terminal: "downloading: clip.mp4 (30%)". For each 10 % once.
class DownloadLog {
public:
    // The line, without a line end; nullopt if there is nothing new worth one.
    std::optional<std::string> line(const DownloadShown& shown);

private:
    int tenth_ = -1;
};

} // namespace cli
