#pragma once

#include <workflow_node/host.hpp>

namespace cli {

// The exit codes of the process; exit_code_help lists them for people.
enum ExitCode : int {
    exit_success = 0,
    exit_failed = 1,
    exit_usage = 2,
    exit_retryable = 3,
    exit_suspended = 4,
    exit_no_module = 5,
    exit_file_not_kept = 6,
    exit_broken_pipe = 141, // 128 + SIGPIPE, as a shell reports it
};

extern const char exit_code_help[];

// signal: the one that cancelled the run; 0 if none did.
int exit_code(const wfn::Result& result, int signal);

} // namespace cli
