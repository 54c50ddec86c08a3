#include "module/descriptor.hpp"

#include "api/error.hpp"
#include "plugin_module_embedded.hpp"

#include <boost/json/serialize.hpp>

#include <string>

namespace job_engine {
namespace {

const wfn_connection& connection_descriptor() {
    static const wfn_connection connection = [] {
        const auto& type = module_type().connection;
        wfn_connection out{};
        out.struct_size = sizeof out;
        out.required = 1;
        out.name = type.name;
        out.category = type.category;
        out.description = type.description;
        out.schema_json = type.schema;
        return out;
    }();
    return connection;
}

wfn_node descriptor_of(const NodeType& type, const std::string& errors, Execute execute) {
    wfn_node out{};
    out.struct_size = sizeof out;
    out.flags = WFN_NODE_CAN_CANCEL | WFN_NODE_REPORTS_PROGRESS | WFN_NODE_CAN_RESUME;
    out.action_id = type.action_id;
    out.version = module_type().version;
    out.title = type.title;
    out.description = type.description;
    out.icon_svg = type.icon_svg;
    out.categories_json = type.categories_json;
    out.connection = &connection_descriptor();
    out.input_schema_json = type.input_schema;
    out.output_schema_json = type.output_schema;
    out.errors_json = errors.c_str();
    out.ui_json = type.ui;
    out.examples_json = type.examples;
    out.price_json = type.price;
    out.execute = execute;
    out.translations_json = type.translations;
    return out;
}

} // namespace

const std::vector<wfn_node>& node_descriptors(Execute execute) {
    static const std::vector<std::string> errors = [] {
        std::vector<std::string> all;
        for (const auto* type : module_type().nodes)
            all.push_back(boost::json::serialize(to_json(*type->errors)));
        return all;
    }();
    static const std::vector<wfn_node> nodes = [&] {
        std::vector<wfn_node> all;
        for (const auto* type : module_type().nodes)
            all.push_back(descriptor_of(*type, errors[all.size()], execute));
        return all;
    }();
    return nodes;
}

const char* settings_schema() noexcept {
    return embedded::settings_schema;
}

} // namespace job_engine
