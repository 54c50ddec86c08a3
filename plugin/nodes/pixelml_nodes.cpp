#include "module/module_type.hpp"
#include "nodes/apis.hpp"
#include "nodes/image_to_video.hpp"
#include "plugin_nodes_embedded.hpp"
#include "version.hpp"

namespace pixelml {
namespace {

constexpr const job_engine::NodeType* nodes[] = {&image_to_video};

constexpr job_engine::ModuleType pixelml_nodes{
    .name = "pixelml_nodes",
    .version = module_version,
    .connection = {.name = "PixelML Connection",
                   .category = "pixelml",
                   .description = "The PixelML connection to call PixelML API.",
                   .schema = embedded::pixelml_connection},
    .nodes = nodes,
    .apis = apis,
};

} // namespace
} // namespace pixelml

const job_engine::ModuleType& job_engine::module_type() noexcept {
    return pixelml::pixelml_nodes;
}
