#pragma once

#include "job/node_type.hpp"

namespace pixelml {

extern const NodeType text_to_video;

} // namespace pixelml
