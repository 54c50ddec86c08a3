#pragma once

#include <workflow_node/host.hpp>

#include <string>

namespace cli::check {

// An input to try the node with: that of its first example, or else one made of its schema's defaults.
std::string example_input(const wfn::Node& node);

} // namespace cli::check
