#include "text_to_video.hpp"

#include "nodes/image_to_video.hpp"
#include "two_nodes_embedded.hpp"

namespace two_nodes {
namespace {

using namespace job_engine;

constexpr InputRule rules[] = {
    not_blank("prompt"),
    only_for("size", "model", "Pixel M"),
    only_for("fps", "model", "Pixel M"),
    only_for("duration", "model", "Pixel L"),
};

constexpr std::string_view job_kind[] = {"model", "size", "duration"};

} // namespace

constexpr job_engine::NodeType text_to_video{
    .action_id = "text_to_video",
    .title = "Text to video",
    .description = "Text to video",
    .categories_json = "[]",
    .icon_svg = embedded::text_to_video_icon,
    .input_schema = embedded::text_to_video_input,
    .output_schema = embedded::text_to_video_output,
    .api_binding = embedded::text_to_video_api,
    .rules = rules,
    .job_kind = job_kind,
    .media_output = "video_url",
    .product = "video",
    .errors = &pixelml::image_to_video_errors,
    .ui = embedded::text_to_video_ui,
    .price = R"({"credits": 4, "us_dollars": 0.1})",
};

} // namespace two_nodes
