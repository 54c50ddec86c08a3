#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace cli::check {

// How a process that was started for some tests ended.
struct ProcessEnd {
    std::string report;  // what it wrote for this process
    std::string printed; // what it wrote to stdout and stderr, its beginning
    int status = 0;      // as of waitpid
    bool killed = false; // it took too long
};

// Runs this program again with the arguments, and with --report and the number of a descriptor behind them.
// It is killed after the limit, and when this process ends. Throws std::system_error.
ProcessEnd run_this_program(std::vector<std::string> arguments, std::chrono::milliseconds limit);

} // namespace cli::check
