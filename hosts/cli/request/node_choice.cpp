#include "request/node_choice.hpp"

#include "posix/environment.hpp"
#include "posix/usage_error.hpp"
#include "text/suggestion.hpp"

#include <workflow_node/search_path.hpp>

#include <filesystem>
#include <utility>

namespace cli {

Target choose_target(const std::vector<std::string>& words, const ModulePlaces& places) {
    const auto looks_like_file = [&](const std::string& word) {
        return word.find('/') != std::string::npos || word.find(".so") != std::string::npos
               || places.is_file(word);
    };
    std::optional<std::string> default_module = places.default_module;
    std::vector<std::string> all;
    // What is installed later must not change what a word means beside WORKFLOW_NODE_MODULE.
    if (!default_module && words.size() <= 1
        && (words.empty() || (!looks_like_file(words[0]) && !places.find(words[0])))) {
        all = places.all();
        if (all.size() == 1)
            default_module = all.front();
    }
    Target target;
    if (words.size() >= 2)
        target = {words[0], words[1]};
    else if (words.size() == 1 && (!default_module || looks_like_file(words[0])))
        target.module_path = words[0];
    else if (default_module)
        target = {*default_module, words.empty() ? "" : words[0]};
    else
        throw UsageError("which module? Name its file, or set WORKFLOW_NODE_MODULE to it."
                         + (all.empty() ? std::string() : "\nInstalled are: " + joined(all) + ".")
                         + places.passed_over());
    // dlopen would search for a name without a slash only in the system's directories.
    if (target.module_path.find('/') == std::string::npos) {
        if (places.is_file(target.module_path))
            target.module_path = "./" + target.module_path;
        else if (auto found = places.find(target.module_path))
            target.module_path = std::move(*found);
        else
            throw UsageError("there is no file \"" + target.module_path
                             + "\", and no module of that name where modules are looked for."
                             + places.passed_over());
    }
    return target;
}

Target choose_target(const std::vector<std::string>& words) {
    const auto is_file = [](const std::string& path) {
        std::error_code ignored;
        return std::filesystem::is_regular_file(path, ignored);
    };
    const auto find = [](const std::string& name) -> std::optional<std::string> {
        const auto module = wfn::find_module(name);
        return module ? std::optional(module->string()) : std::nullopt;
    };
    const auto all = [] {
        std::vector<std::string> paths;
        for (const auto& module : wfn::find_modules())
            paths.push_back(module.string());
        return paths;
    };
    const auto passed_over = [] {
        std::string text;
        for (const auto& folder : wfn::distrusted_folders())
            text += "\n" + folder.string()
                    + " is passed over: others may write there, or on the way to it (chmod go-w).";
        return text;
    };
    return choose_target(words,
                         {process_environment("WORKFLOW_NODE_MODULE"), is_file, find, all, passed_over});
}

wfn::Node choose_node(const wfn::Module& module, const std::string& action) {
    std::vector<wfn::Node> nodes = module.nodes();
    if (nodes.empty())
        throw UsageError("the module has no node");
    if (action.empty() && nodes.size() == 1)
        return nodes.front();
    std::vector<std::string> ids;
    ids.reserve(nodes.size());
    for (const wfn::Node& node : nodes)
        ids.emplace_back(node.action_id());
    if (action.empty())
        throw UsageError("which node? The module has: " + joined(ids) + ".");
    if (std::optional<wfn::Node> node = module.find(action))
        return *node;
    throw UsageError("the module has no node \"" + action + "\"." + did_you_mean(action, ids)
                     + "\nIts nodes are: " + joined(ids) + ".");
}

} // namespace cli
