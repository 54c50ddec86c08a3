#pragma once

#include "journal/journal.hpp"
#include "options/options.hpp"
#include "run/run_media.hpp"

#include <workflow_node/host.hpp>

namespace cli {

// The result of a finished run, from its record in the journal.
wfn::Result stored_result(const durable::RunRecord& record);

// Prints the output in the journal as the run would have done; nothing is sent to the service. media: keeps
// the file behind it; may be null. Returns the exit code. Throws std::system_error if stdout cannot be
// written to.
int print_stored_output(const Options& options, const durable::RunRecord& record, RunMedia* media);

} // namespace cli
