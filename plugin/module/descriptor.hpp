#pragma once

#include "module/module_type.hpp"

#include <workflow_node/node.h>

#include <vector>

namespace job_engine {

using Execute = decltype(wfn_node::execute);

// What the module says of its nodes; made at the first call.
const std::vector<wfn_node>& node_descriptors(Execute execute);
const char* settings_schema() noexcept;

} // namespace job_engine
