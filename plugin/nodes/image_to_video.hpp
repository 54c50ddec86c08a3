#pragma once

#include "job/node_type.hpp"

namespace pixelml {

extern const job_engine::NodeType image_to_video;
extern const job_engine::ErrorTable image_to_video_errors;

} // namespace pixelml
