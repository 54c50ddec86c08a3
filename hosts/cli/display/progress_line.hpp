#pragma once

#include <workflow_node/host.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace cli {

// A share as a bar of 20 columns and its frame; an unknown one as a mark that wanders along it with the time.
// utf8: block characters, not '#'.
std::string progress_bar(std::optional<double> fraction, std::chrono::milliseconds elapsed, bool utf8);

// One line that shows how far a run is, of at most `columns`, without a line end. What does not fit is left
// out, in this order: the end of the message, the bar, the elapsed time, the time left.
// `elapsed`: since the start, which goes on between two reports. utf8: block characters, not '#'.
std::string progress_line(const wfn::Progress& progress, std::chrono::milliseconds elapsed,
                          std::size_t columns, bool utf8);

// For output that is no terminal: says which reports are worth a line, one per phase and one per 10 %.
// Not for use by two threads at once.
class ProgressLog {
public:
    // The line, without a line end; nullopt: nothing worth telling.
    std::optional<std::string> line(const wfn::Progress& progress);

private:
    std::optional<wfn::Phase> phase_;
    int tenth_ = 0;
};

} // namespace cli
