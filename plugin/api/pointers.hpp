#pragma once

#include <string>
#include <utility>
#include <vector>

namespace job_engine {

using Pointers = std::vector<std::string>; // JSON pointers, tried in order

// Values of a reply, by the name under which later requests have them.
using NamedPointers = std::vector<std::pair<std::string, Pointers>>;

} // namespace job_engine
