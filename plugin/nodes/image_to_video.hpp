#pragma once

#include "job/node_type.hpp"

namespace pixelml {

extern const job_engine::NodeType image_to_video;

} // namespace pixelml
