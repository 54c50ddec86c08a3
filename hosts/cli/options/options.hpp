#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cli {

enum class Command { list, describe, validate, run, batch, runs, collect, check };

// The parsed command line.
struct Options {
    Command command = Command::list;
    bool json = false;
    bool quiet = false;
    bool check_connection = false;
    bool dry_run = false;
    bool overwrite = false;          // what is at output_file, or in output_directory
    bool totals = false;             // runs: sums, not the runs
    int verbose = 0;                 // 1: -v, 2: -vv
    std::vector<std::string> target; // MODULE, ACTION, both or neither; see choose_target
    std::optional<std::string> trace_file;

    std::optional<std::string> input_file; // "-": standard input
    std::vector<std::string> assignments;  // name=value
    std::optional<std::string> image;      // a path or URL, for the node's image
    std::optional<std::string> connection_file;

    std::chrono::milliseconds timeout{0}; // 0: as the connection says
    std::string run_key;
    std::optional<std::string> checkpoint_file;
    bool suspend = false;
    std::optional<std::chrono::milliseconds> suspend_after;
    bool cancel_job_at_deadline = false;

    std::optional<std::string> journal_file; // --journal, or else WORKFLOW_NODE_JOURNAL
    std::string subject;                     // collect: a run key or job id; batch: the file, "-": stdin
    bool all = false;
    std::optional<std::string> state; // a word of to_string(RunState)
    int concurrency = 4;
    bool resume = false;
    std::string batch_name; // empty: the name of the file

    std::optional<std::string> output_file;      // where to keep the file behind the output
    std::optional<std::string> output_directory; // the same for several runs
    std::uint64_t largest_file = std::uint64_t{2} << 30;

    // Of a process that check starts, see check/check.hpp.
    std::string scenario; // empty: this is not one
    int report_fd = -1;
    int usual_ms = -1; // what one run took; -1: not known
};

struct ParsedOptions {
    std::optional<Options> options; // nullopt: there is nothing to do but print and exit
    int exit_code = 0;
    std::string out;     // for stdout: help, version
    std::string problem; // what is wrong with the command line; empty if nothing is
};

ParsedOptions parse_options(int argc, const char* const* argv);

} // namespace cli
