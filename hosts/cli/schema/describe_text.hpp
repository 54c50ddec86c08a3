#pragma once

#include "posix/terminal.hpp"

#include <workflow_node/host.hpp>

#include <string>

namespace cli {

// A node for people: description, connection, inputs, outputs and errors, wrapped to terminal.columns.
std::string describe_text(const wfn::Module& module, const wfn::Node& node, const Terminal& terminal);

// The same for programs: the whole descriptor as one JSON object, without a line end.
std::string describe_json(const wfn::Module& module, const wfn::Node& node);

} // namespace cli
