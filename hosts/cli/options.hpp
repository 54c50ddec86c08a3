#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace cli {

enum class Command { list, describe, validate, run };

/* The command line, understood. */
struct Options {
    Command command = Command::list;
    std::vector<std::string> target; /* MODULE, ACTION, both or neither; see choose_target */
    bool json = false;
    bool quiet = false;
    int verbose = 0; /* 1: -v, 2: -vv */

    std::optional<std::string> input_file; /* "-": standard input */
    std::vector<std::string> assignments;  /* name=value */
    std::optional<std::string> connection_file;

    std::chrono::milliseconds timeout{0}; /* 0: as the connection says */
    std::string run_key;
    std::optional<std::string> checkpoint_file;
    bool suspend = false;
    std::optional<std::chrono::milliseconds> suspend_after;
    bool cancel_job_at_deadline = false;
};

struct ParsedOptions {
    std::optional<Options> options; /* empty: there is nothing to do but print and end */
    int exit_code = 0;
    std::string out;     /* for stdout: help, version */
    std::string problem; /* what is wrong with the command line; empty: nothing */
};

ParsedOptions parse_options(int argc, const char* const* argv);

} // namespace cli
