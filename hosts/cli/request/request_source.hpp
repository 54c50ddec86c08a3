#pragma once

#include "options/options.hpp"

#include <workflow_node/host.hpp>

#include <string>
#include <vector>

namespace cli {

// The input and the connection of a run, from files, --set and the environment. Warnings for the user are
// appended to `warnings`. Files that the input names are attachments, see with_attachments. The input is
// empty where only the connection is to be checked. Throws UsageError, also if the node needs a connection,
// there is none, and connection_needed is true, and InputError.
wfn::Request make_request(const Options& options, const wfn::Node& node, bool connection_needed,
                          std::vector<std::string>& warnings);

} // namespace cli
