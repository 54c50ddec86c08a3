#pragma once

#include "options/options.hpp"

namespace cli {

// One function per command; each returns the exit code. They throw UsageError, wfn::LoadError, and
// wfn::StatusError when the module refuses a call.
int list_command(const Options& options);
int describe_command(const Options& options);
int validate_command(const Options& options);
int run_command(const Options& options);
int batch_command(const Options& options);
int runs_command(const Options& options);
int collect_command(const Options& options);
int check_command(const Options& options);

} // namespace cli
