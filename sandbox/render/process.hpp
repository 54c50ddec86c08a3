#pragma once

#include "render/cancel_signal.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

struct ProcessResult {
    enum class End { exited, signalled, cancelled, timed_out, not_started };

    End end = End::not_started;
    int exit_code = -1;     // of an `exited` process
    std::string error_text; // the last 4 KiB of its standard error, or why it could not be started
};

// Runs a program without a shell, in a process group of its own, with lowered priority, standard input
// from /dev/null and no other descriptor of this process. `arguments[0]` is the program, searched for in
// PATH. Blocks until it has ended; cancel and time-out kill the whole group. `on_output` gets pieces of
// its standard output, on this thread, and must not throw.
ProcessResult run_process(const std::vector<std::string>& arguments, std::chrono::milliseconds timeout,
                          const CancelSignal& cancel, const std::function<void(std::string_view)>& on_output);

} // namespace sandbox
