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

// Where choose_target looks.
struct ModulePlaces {
    std::optional<std::string> default_module;
    std::function<bool(const std::string& path)> is_file;
    // In the search path, see "Places" in node.h.
    std::function<std::optional<std::string>(const std::string& name)> find;
    std::function<std::vector<std::string>()> all;
    // Sentences about folders that exist and are not looked in; empty: none.
    std::function<std::string()> passed_over;
};

// What the positional arguments mean. A single one is the module, unless there is a default and the argument
// does not look like a file. Without one the only module in the search path is it. Throws UsageError if no
// module is named, or none can be found.
Target choose_target(const std::vector<std::string>& words, const ModulePlaces& places);

// choose_target with WORKFLOW_NODE_MODULE and the file system.
Target choose_target(const std::vector<std::string>& words);

// The node to use. Throws UsageError: no such node, or several and no action.
wfn::Node choose_node(const wfn::Module& module, const std::string& action);

} // namespace cli
