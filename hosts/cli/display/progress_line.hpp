#pragma once

#include <workflow_node/host.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace cli {

// A fraction as a bar of 20 columns and its frame; an unknown fraction as a mark that moves along it with
// time. utf8: block characters, not '#'.
std::string progress_bar(std::optional<double> fraction, std::chrono::milliseconds elapsed, bool utf8);

// One line that shows how far a run is, of at most `columns`, without a line end. What does not fit is
// omitted, in this order: the end of the message, the bar, the elapsed time, the remaining time. `elapsed`:
// since the start; it advances between two reports. utf8: block characters, not '#'.
std::string progress_line(const wfn::Progress& progress, std::chrono::milliseconds elapsed,
                          std::size_t columns, bool utf8);

// For output that is not a terminal: selects the reports that are worth a line, one per phase and per 10 %.
// For one thread at a time.
class ProgressLog {
public:
    // The line, without a line end; nullopt if the report is not worth one.
    std::optional<std::string> line(const wfn::Progress& progress);

private:
    std::optional<wfn::Phase> phase_;
    int tenth_ = 0;
};

} // namespace cli
