#include "json/schema_expectation.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <string_view>
#include <vector>

namespace job_engine {
namespace {

namespace json = boost::json;

const json::object* object_member(const json::object& object, std::string_view name) {
    const auto* member = object.if_contains(name);
    return member != nullptr ? member->if_object() : nullptr;
}

const json::object* without_reference(const json::object& root, const json::object* schema) {
    if (schema == nullptr)
        return nullptr;
    const auto* reference = schema->if_contains("$ref");
    if (reference == nullptr)
        return schema;
    constexpr std::string_view prefix = "#/definitions/";
    const std::string_view target = reference->is_string() ? std::string_view(reference->get_string()) : "";
    const auto* definitions = object_member(root, "definitions");
    if (definitions == nullptr || !target.starts_with(prefix))
        return nullptr;
    return object_member(*definitions, target.substr(prefix.size()));
}

const json::object* schema_below(const json::object& schema, const std::string& name) {
    if (const auto* properties = object_member(schema, "properties"))
        if (const auto* property = object_member(*properties, name))
            return property;
    if (const auto* items = object_member(schema, "items"))
        return items;
    return object_member(schema, "additionalProperties");
}

// The values that are listed, by themselves or each with its title.
json::array choices_of(const json::object& schema) {
    if (const auto* values = schema.if_contains("enum"); values != nullptr && values->is_array())
        return values->get_array();
    json::array choices;
    if (const auto* named = schema.if_contains("oneOf"); named != nullptr && named->is_array())
        for (const auto& alternative : named->get_array())
            if (const auto* object = alternative.if_object())
                if (const auto* value = object->if_contains("const"))
                    choices.push_back(*value);
    return choices;
}

void add_types(const json::object& schema, std::vector<std::string>& types) {
    const auto* type = schema.if_contains("type");
    if (type != nullptr && type->is_string())
        types.emplace_back(type->get_string());
    if (const auto* any_of = schema.if_contains("anyOf"); any_of != nullptr && any_of->is_array())
        for (const auto& alternative : any_of->get_array())
            if (const auto* object = alternative.if_object())
                add_types(*object, types);
}

std::string type_in_words(const std::string& type) {
    if (type == "boolean")
        return "true or false";
    if (type == "null")
        return "null";
    return (type == "integer" || type == "array" || type == "object" ? "an " : "a ") + type;
}

std::string limit_in_words(const json::object& schema) {
    const auto* minimum = schema.if_contains("minimum");
    const auto* maximum = schema.if_contains("maximum");
    if (minimum != nullptr && maximum != nullptr)
        return " from " + json::serialize(*minimum) + " to " + json::serialize(*maximum);
    if (const auto* longest = schema.if_contains("maxLength"))
        return " of 1 to " + json::serialize(*longest) + " characters";
    if (schema.contains("minLength"))
        return " that is not empty";
    return {};
}

} // namespace

std::string schema_expectation(const json::object& schema, std::span<const std::string> path) {
    const auto* here = without_reference(schema, &schema);
    for (const auto& name : path) {
        if (here == nullptr)
            return {};
        here = without_reference(schema, schema_below(*here, name));
    }
    if (here == nullptr)
        return {};

    std::string words;
    for (const auto& choice : choices_of(*here))
        words += (words.empty() ? "must be one of " : ", ") + json::serialize(choice);
    if (!words.empty())
        return words;
    std::vector<std::string> types;
    add_types(*here, types);
    for (const auto& type : types)
        words += (words.empty() ? "must be " : " or ") + type_in_words(type);
    return words.empty() ? words : words + limit_in_words(*here);
}

} // namespace job_engine
