#pragma once

#include "job/node_type.hpp"

namespace two_nodes {

extern const job_engine::NodeType text_to_video;

} // namespace two_nodes
