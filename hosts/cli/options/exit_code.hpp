#pragma once

#include <workflow_node/host.hpp>

namespace cli {

// What the process ends with. The table for people is exit_code_help.
enum ExitCode : int {
    exit_success = 0,
    exit_failed = 1,
    exit_usage = 2,
    exit_retryable = 3,
    exit_suspended = 4,
    exit_no_module = 5,
    exit_broken_pipe = 141, // 128 + SIGPIPE, as a shell reports it
};

extern const char exit_code_help[];

// signal: the one that the run was cancelled for; 0: none.
int exit_code(const wfn::Result& result, int signal);

} // namespace cli
