#include "module/descriptor.hpp"

#include "api/error.hpp"
#include "module/entry.hpp"
#include "plugin_module_embedded.hpp"
#include "version.hpp"

#include <boost/json/serialize.hpp>

#include <string>

namespace pixelml {
namespace {

const wfn_connection& pixelml_connection() {
    static const wfn_connection connection = [] {
        wfn_connection out{};
        out.struct_size = sizeof out;
        out.required = 1;
        out.name = "PixelML Connection";
        out.category = "pixelml";
        out.description = "The PixelML connection to call PixelML API.";
        out.schema_json = embedded::connection_schema;
        return out;
    }();
    return connection;
}

} // namespace

const wfn_node& image_to_video_node() {
    static const std::string errors = boost::json::serialize(error_table_json());
    static const wfn_node node = [] {
        wfn_node out{};
        out.struct_size = sizeof out;
        out.flags = WFN_NODE_CAN_CANCEL | WFN_NODE_REPORTS_PROGRESS | WFN_NODE_CAN_RESUME;
        out.action_id = "image_to_video";
        out.version = module_version;
        out.title = "Image to video";
        out.description = "Image to video";
        out.icon_svg = embedded::icon;
        out.categories_json = R"(["video","ai"])";
        out.connection = &pixelml_connection();
        out.input_schema_json = embedded::input_schema;
        out.output_schema_json = embedded::output_schema;
        out.errors_json = errors.c_str();
        out.execute = execute;
        return out;
    }();
    return node;
}

const char* settings_schema() {
    return embedded::settings_schema;
}

} // namespace pixelml
