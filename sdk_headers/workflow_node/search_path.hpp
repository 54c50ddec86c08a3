/*
 * workflow_node/search_path.hpp: where a host finds modules that it is given no path of; see "Places" in
 * node.h. C++17, with the standard library and POSIX alone.
 *
 * The functions read the environment, as getenv does, and the file system. They throw nothing but
 * std::bad_alloc.
 */
#ifndef WORKFLOW_NODE_SEARCH_PATH_HPP
#define WORKFLOW_NODE_SEARCH_PATH_HPP

#include "node.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <vector>

namespace wfn {

/* The folders of WORKFLOW_NODE_PATH and WFN_DEFAULT_PATH, in order, whether they exist or not. */
inline std::vector<std::filesystem::path> module_folders() {
    std::vector<std::filesystem::path> folders;
    const char* const home = std::getenv("HOME");
    const auto add = [&](const std::string& path) {
        for (std::size_t from = 0; from <= path.size();) {
            const auto end = std::min(path.find(':', from), path.size());
            auto folder = path.substr(from, end - from);
            from = end + 1;
            if (folder.rfind("~/", 0) == 0) {
                if (home == nullptr) {
                    continue;
                }
                folder.replace(0, 1, home);
            }
            if (!folder.empty() && folder.front() == '/') { /* a relative one means another place each time */
                folders.emplace_back(folder);
            }
        }
    };
    if (const char* const chosen = std::getenv(WFN_PATH_VARIABLE)) {
        add(chosen);
    }
    add(WFN_DEFAULT_PATH);
    return folders;
}

/* Whether nobody but this user and root could have put something into the folder. */
inline bool is_trusted_folder(const std::filesystem::path& folder) {
    struct stat facts {};
    return stat(folder.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode)
           && (facts.st_uid == 0 || facts.st_uid == geteuid()) && (facts.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* The modules in these folders, by name; of two files of one name that of the earlier folder. */
inline std::vector<std::filesystem::path> find_modules() {
    std::vector<std::filesystem::path> found;
    std::set<std::filesystem::path> names;
    for (const auto& folder : module_folders()) {
        if (!is_trusted_folder(folder)) {
            continue;
        }
        std::vector<std::filesystem::path> here;
        std::error_code failure;
        for (std::filesystem::directory_iterator entry(folder, failure), end; !failure && entry != end;
             entry.increment(failure)) {
            std::error_code ignored;
            if (entry->path().extension() == ".so" && entry->is_regular_file(ignored)
                && names.insert(entry->path().filename()).second) {
                here.push_back(entry->path());
            }
        }
        std::sort(here.begin(), here.end());
        found.insert(found.end(), here.begin(), here.end());
    }
    return found;
}

/* The module of this name, "pixelml_nodes" or "pixelml_nodes.so"; nullopt: there is none. */
inline std::optional<std::filesystem::path> find_module(const std::string& name) {
    for (const auto& module : find_modules()) {
        if (module.filename() == name || module.stem() == name) {
            return module;
        }
    }
    return std::nullopt;
}

} // namespace wfn

#endif /* WORKFLOW_NODE_SEARCH_PATH_HPP */
