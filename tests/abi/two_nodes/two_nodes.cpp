// A module of the same engine with a second node, for which no file of the engine and no host knows anything.
#include "module/module_type.hpp"
#include "nodes/image_to_video.hpp"
#include "plugin_nodes_embedded.hpp"
#include "text_to_video.hpp"

namespace two_nodes {
namespace {

constexpr const job_engine::NodeType* nodes[] = {&pixelml::image_to_video, &text_to_video};

constexpr job_engine::ModuleType module{
    .name = "two_nodes",
    .version = "1.0.0",
    .connection = {.name = "PixelML Connection",
                   .category = "pixelml",
                   .description = "The PixelML connection to call PixelML API.",
                   .schema = pixelml::embedded::pixelml_connection},
    .nodes = nodes,
};

} // namespace
} // namespace two_nodes

const job_engine::ModuleType& job_engine::module_type() noexcept {
    return two_nodes::module;
}
