#pragma once

#include <workflow_node/host.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cli {

struct Target {
    std::string module_path; // as dlopen takes it: with a slash where it is a file here
    std::string action;      // empty: the module's only node
};

// What the positional arguments mean. A single one is the module, unless the environment names the module and
// the argument does not look like a file. Throws UsageError if no module is named.
Target choose_target(const std::vector<std::string>& words, const std::optional<std::string>& default_module,
                     const std::function<bool(const std::string&)>& is_file);

// choose_target with WORKFLOW_NODE_MODULE and the file system.
Target choose_target(const std::vector<std::string>& words);

// The node to use. Throws UsageError: no such node, or several and no action.
wfn::Node choose_node(const wfn::Module& module, const std::string& action);

} // namespace cli
