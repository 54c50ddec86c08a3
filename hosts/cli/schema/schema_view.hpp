#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

// One member of an object, as its JSON Schema describes it.
struct SchemaProperty {
    std::string name;
    std::vector<std::string> types; // "string", "null" ...; empty: any. From type, anyOf, oneOf, enum
    bool required = false;
    bool secret = false; // writeOnly
    std::string description;
    boost::json::array choices;             // those listed; empty: none
    std::vector<std::string> choice_titles; // of each of them; empty: it has none
    std::optional<boost::json::value> default_value;

    bool allows(std::string_view type) const;
};

// The schema's members, in its order; none for a text that is not a schema.
std::vector<SchemaProperty> schema_properties(std::string_view schema_json);

std::vector<std::string> property_names(const std::vector<SchemaProperty>& properties);

// The members of a connection that the environment may give, each with its variable ("api_key",
// "FOO_API_KEY"): key and address, and where the schema has them, the service and the key's secret.
std::vector<std::pair<std::string, std::string>> environment_variables(std::string_view category,
                                                                       std::string_view schema_json);

} // namespace cli
