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

namespace detail {

/* What the name is, not where a link leads. */
inline bool is_owned_here(const struct stat& facts) {
    return facts.st_uid == 0 || facts.st_uid == geteuid();
}
inline bool others_may_write(const struct stat& facts) {
    return (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

/* Every folder on the way: in one that others may write, as /tmp, only what is owned here stays what it is.
 */
inline bool is_trusted_way(const std::filesystem::path& path) {
    std::filesystem::path way;
    for (const auto& part : path) {
        way /= part;
        struct stat facts {};
        if (lstat(way.c_str(), &facts) != 0 || !is_owned_here(facts)) {
            return false;
        }
        if (!S_ISLNK(facts.st_mode) && others_may_write(facts)
            && !(S_ISDIR(facts.st_mode) && (facts.st_mode & S_ISVTX) != 0)) {
            return false;
        }
    }
    return true;
}

} // namespace detail

/*
 * Whether nobody but this user and root could have put the file or folder there, or could change it, links
 * on the way included. `path` is absolute.
 */
inline bool is_trusted(const std::filesystem::path& path) {
    std::error_code failure;
    const auto target = std::filesystem::canonical(path, failure);
    struct stat facts {};
    return !failure && stat(target.c_str(), &facts) == 0 && !detail::others_may_write(facts)
           && detail::is_trusted_way(path) && detail::is_trusted_way(target);
}

/* The folders that exist and are passed over, because others may write there. */
inline std::vector<std::filesystem::path> distrusted_folders() {
    std::vector<std::filesystem::path> folders;
    for (const auto& folder : module_folders()) {
        std::error_code ignored;
        if (std::filesystem::is_directory(folder, ignored) && !is_trusted(folder)) {
            folders.push_back(folder);
        }
    }
    return folders;
}

/* The modules in these folders, by name; of two files of one name that of the earlier folder. */
inline std::vector<std::filesystem::path> find_modules() {
    std::vector<std::filesystem::path> found;
    std::set<std::filesystem::path> names;
    for (const auto& folder : module_folders()) {
        if (!is_trusted(folder)) {
            continue;
        }
        std::vector<std::filesystem::path> here;
        std::error_code failure;
        for (std::filesystem::directory_iterator entry(folder, failure), end; !failure && entry != end;
             entry.increment(failure)) {
            std::error_code ignored;
            if (entry->path().extension() == ".so" && entry->is_regular_file(ignored)
                && is_trusted(entry->path()) && names.insert(entry->path().filename()).second) {
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
