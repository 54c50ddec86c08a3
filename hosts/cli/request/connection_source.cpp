#include "request/connection_source.hpp"

#include "schema/schema_view.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace cli {

std::optional<std::string> connection_from_environment(std::string_view category,
                                                       std::string_view schema_json,
                                                       const Environment& environment) {
    const std::string prefix = environment_prefix(category);
    const std::optional<std::string> api_key = environment(prefix + "_API_KEY");
    const std::optional<std::string> base_url = environment(prefix + "_BASE_URL");
    if (!api_key && !base_url)
        return std::nullopt;
    boost::json::object connection;
    if (api_key)
        connection["api_key"] = *api_key;
    if (base_url) {
        connection["base_url"] = *base_url;
        const auto names = property_names(schema_properties(schema_json));
        const bool has_switch =
            std::find(names.begin(), names.end(), "allow_insecure_loopback") != names.end();
        // Which host is this machine decides the module, which takes no other without encryption.
        if (has_switch && base_url->rfind("http://", 0) == 0)
            connection["allow_insecure_loopback"] = true;
    }
    return boost::json::serialize(connection);
}

} // namespace cli
