#pragma once

#include <workflow_node/node.h>

namespace pixelml {

// The node's description; execute is the entry's.
const wfn_node& image_to_video_node();
const char* settings_schema();

} // namespace pixelml
