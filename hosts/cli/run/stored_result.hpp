#pragma once

#include "journal/journal.hpp"
#include "options/options.hpp"

#include <workflow_node/host.hpp>

namespace cli {

// How a run that is over ended, from what the journal has of it.
wfn::Result stored_result(const durable::RunRecord& record);

// Prints the output that the journal has, as the run would have done; nothing is sent. The exit code.
// Throws std::system_error when stdout cannot be written to.
int print_stored_output(const Options& options, const durable::RunRecord& record);

} // namespace cli
