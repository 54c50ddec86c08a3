// A module of the same engine with a second node, for which no file of the engine and no host knows anything.
#include "module/module_type.hpp"
#include "nodes/image_to_video.hpp"
#include "plugin_nodes_embedded.hpp"
#include "text_to_video.hpp"

namespace pixelml {
namespace {

constexpr const NodeType* nodes[] = {&image_to_video, &text_to_video};

constexpr ModuleType two_nodes{
    .name = "two_nodes",
    .version = "1.0.0",
    .connection = {.name = "PixelML Connection",
                   .category = "pixelml",
                   .description = "The PixelML connection to call PixelML API.",
                   .schema = embedded::pixelml_connection},
    .nodes = nodes,
};

} // namespace

const ModuleType& module_type() noexcept {
    return two_nodes;
}

} // namespace pixelml
