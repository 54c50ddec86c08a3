#include "schema/schema_view.hpp"

#include "posix/environment.hpp"
#include "text/json_text.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace cli {

namespace json = boost::json;

namespace {

void add_type(std::vector<std::string>& types, std::string_view type) {
    if (std::find(types.begin(), types.end(), type) == types.end())
        types.emplace_back(type);
}

std::string_view type_of(const json::value& value) {
    switch (value.kind()) {
    case json::kind::null:
        return "null";
    case json::kind::bool_:
        return "boolean";
    case json::kind::string:
        return "string";
    case json::kind::array:
        return "array";
    case json::kind::object:
        return "object";
    default:
        return value.is_double() ? "number" : "integer";
    }
}

void collect_types(const json::object& schema, std::vector<std::string>& types) {
    if (const json::value* type = schema.if_contains("type")) {
        if (type->is_string()) {
            add_type(types, type->get_string());
        } else if (type->is_array()) {
            for (const json::value& one : type->get_array())
                if (one.is_string())
                    add_type(types, one.get_string());
        }
    } else if (const json::value* choices = schema.if_contains("enum"); choices && choices->is_array()) {
        for (const json::value& choice : choices->get_array())
            add_type(types, type_of(choice));
    }
    for (const char* keyword : {"anyOf", "oneOf"}) {
        const json::value* alternatives = schema.if_contains(keyword);
        if (alternatives == nullptr || !alternatives->is_array())
            continue;
        for (const json::value& alternative : alternatives->get_array())
            if (alternative.is_object())
                collect_types(alternative.get_object(), types);
    }
}

// An enum's, or those that a oneOf lists with a title each.
void collect_choices(const json::object& schema, SchemaProperty& property) {
    if (const json::value* values = schema.if_contains("enum"); values && values->is_array()) {
        property.choices = values->get_array();
        property.choice_titles.resize(property.choices.size());
    } else if (const json::value* named = schema.if_contains("oneOf"); named && named->is_array()) {
        for (const json::value& alternative : named->get_array()) {
            const json::object* choice = alternative.if_object();
            const json::value* value = choice != nullptr ? choice->if_contains("const") : nullptr;
            if (value == nullptr)
                continue;
            property.choices.push_back(*value);
            property.choice_titles.push_back(text_member(*choice, "title"));
        }
    }
}

} // namespace

bool SchemaProperty::allows(std::string_view type) const {
    return types.empty() || std::find(types.begin(), types.end(), type) != types.end();
}

std::vector<SchemaProperty> schema_properties(std::string_view schema_json) {
    std::vector<SchemaProperty> all;
    const json::value schema = parse_or_null(schema_json);
    const json::value* members = schema.is_object() ? schema.get_object().if_contains("properties") : nullptr;
    if (members == nullptr || !members->is_object())
        return all;
    const json::value* required = schema.get_object().if_contains("required");
    for (const auto& [name, member] : members->get_object()) {
        SchemaProperty property;
        property.name = std::string(name);
        if (required != nullptr && required->is_array()) {
            const json::array& names = required->get_array();
            property.required = std::find(names.begin(), names.end(), json::value(name)) != names.end();
        }
        if (member.is_object()) {
            const json::object& object = member.get_object();
            collect_types(object, property.types);
            property.description = text_member(object, "description");
            if (property.description.empty())
                property.description = text_member(object, "title");
            const json::value* secret = object.if_contains("writeOnly");
            property.secret = secret != nullptr && secret->is_bool() && secret->get_bool();
            collect_choices(object, property);
            if (const json::value* given = object.if_contains("default"))
                property.default_value = *given;
        }
        all.push_back(std::move(property));
    }
    return all;
}

std::vector<std::string> property_names(const std::vector<SchemaProperty>& properties) {
    std::vector<std::string> names;
    names.reserve(properties.size());
    for (const SchemaProperty& property : properties)
        names.push_back(property.name);
    return names;
}

std::vector<std::pair<std::string, std::string>> environment_variables(std::string_view category,
                                                                       std::string_view schema_json) {
    const std::string prefix = environment_prefix(category);
    const auto known = property_names(schema_properties(schema_json));
    const auto is_known = [&](const char* name) {
        return std::find(known.begin(), known.end(), name) != known.end();
    };
    std::vector<std::pair<std::string, std::string>> variables{{"api_key", prefix + "_API_KEY"},
                                                               {"base_url", prefix + "_BASE_URL"}};
    if (is_known("api"))
        variables.emplace_back("api", prefix + "_API");
    if (is_known("api_secret"))
        variables.emplace_back("api_secret", prefix + "_API_SECRET");
    return variables;
}

} // namespace cli
