#pragma once

#include "schema/media_output.hpp"

#include <string>
#include <vector>

namespace cli {

// A file's name for a run key, without an extension: the key where it is one, else what is left of it and
// some of its SHA-256, so that no two keys have one name.
std::string file_stem(const std::string& run_key);

// Where the file of a run's output goes. several: the node has more than one.
std::string media_path(const std::string& directory, const std::string& run_key, const MediaOutput& output,
                       bool several, const std::string& extension);

} // namespace cli
