#include "nodes/image_to_video.hpp"

#include "plugin_nodes_embedded.hpp"

namespace pixelml {
namespace {

using namespace job_engine;

constexpr InputRule rules[] = {
    not_blank("prompt"),
    media_url("image"),
    only_for("size", "model", "Pixel M"),
};

constexpr std::string_view job_kind[] = {"model", "size"};

} // namespace

constexpr job_engine::NodeType image_to_video{
    .action_id = "image_to_video",
    .title = "Image to video",
    .description = "Image to video",
    .categories_json = "[]",
    .icon_svg = embedded::image_to_video_icon,
    .input_schema = embedded::image_to_video_input,
    .output_schema = embedded::image_to_video_output,
    .api_binding = embedded::pixelml_api,
    .rules = rules,
    .job_kind = job_kind,
    .media_output = "video",
    .product = "video",
    .errors = &image_to_video_errors,
    .connection_media_check = "check_image",
    .binding_media_limit = "largest_image_bytes",
    .digest_without_action_id = true,
    .ui = embedded::image_to_video_ui,
    .examples = embedded::image_to_video_examples,
    .price = R"({"credits": 4, "us_dollars": 0.1})",
    .translations = embedded::image_to_video_translations,
};

} // namespace pixelml
