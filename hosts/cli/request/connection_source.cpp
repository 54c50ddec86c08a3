#include "request/connection_source.hpp"

#include "schema/schema_view.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace cli {

std::optional<std::string> connection_from_environment(std::string_view category,
                                                       std::string_view schema_json,
                                                       const Environment& environment) {
    boost::json::object connection;
    for (const auto& [member, variable] : environment_variables(category, schema_json))
        if (const auto value = environment(variable))
            connection[member] = *value;
    const auto* base_url = connection.if_contains("base_url");
    if (base_url == nullptr && !connection.contains("api_key"))
        return std::nullopt;
    if (base_url != nullptr) {
        const auto names = property_names(schema_properties(schema_json));
        const bool has_switch =
            std::find(names.begin(), names.end(), "allow_insecure_loopback") != names.end();
        // Which host is this machine decides the module, which takes no other without encryption.
        if (has_switch && std::string_view(base_url->as_string()).starts_with("http://"))
            connection["allow_insecure_loopback"] = true;
    }
    return boost::json::serialize(connection);
}

} // namespace cli
