#include "module/module_type.hpp"
#include "nodes/image_to_video.hpp"
#include "plugin_nodes_embedded.hpp"
#include "version.hpp"

namespace pixelml {
namespace {

constexpr const NodeType* nodes[] = {&image_to_video};

constexpr ModuleType pixelml_nodes{
    .name = "pixelml_nodes",
    .version = module_version,
    .connection = {.name = "PixelML Connection",
                   .category = "pixelml",
                   .description = "The PixelML connection to call PixelML API.",
                   .schema = embedded::pixelml_connection},
    .nodes = nodes,
};

} // namespace

const ModuleType& module_type() noexcept {
    return pixelml_nodes;
}

} // namespace pixelml
