#include "request/input_source.hpp"

#include "posix/usage_error.hpp"
#include "text/suggestion.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace cli {

namespace json = boost::json;

namespace {

// "true or false", "a whole number or null": the types that a member accepts, for a message.
std::string expected(const SchemaProperty& property) {
    std::string words;
    for (const std::string& type : property.types) {
        const std::string word = type == "boolean"   ? "true or false"
                                 : type == "integer" ? "a whole number"
                                 : type == "number"  ? "a number"
                                 : type == "string"  ? "text"
                                 : type == "null"    ? "null"
                                                     : "a JSON " + type;
        words += (words.empty() ? "" : " or ") + word;
    }
    return words;
}

bool fits(const SchemaProperty& property, const json::value& value) {
    switch (value.kind()) {
    case json::kind::null:
        return property.allows("null");
    case json::kind::bool_:
        return property.allows("boolean");
    case json::kind::int64:
    case json::kind::uint64:
        return property.allows("integer") || property.allows("number");
    case json::kind::double_:
        return property.allows("number");
    case json::kind::array:
        return property.allows("array");
    case json::kind::object:
        return property.allows("object");
    case json::kind::string:
        break;
    }
    return false; // text needs no quotes: they would be part of it
}

json::object parse_base(const std::string& base_json) {
    json::error_code error;
    json::value parsed = json::parse(base_json, error);
    if (error)
        throw UsageError("the input is not JSON: " + error.message());
    if (!parsed.is_object())
        throw UsageError("the input is not a JSON object, so --set has nowhere to put its value");
    return parsed.get_object();
}

} // namespace

json::value parse_set_value(const SchemaProperty& property, std::string_view text) {
    json::error_code error;
    json::value parsed = json::parse({text.data(), text.size()}, error);
    if (!error && fits(property, parsed))
        return parsed;
    if (property.allows("string"))
        return json::value(json::string_view(text.data(), text.size()));
    throw UsageError("--set " + property.name + ": expects " + expected(property) + ", not \""
                     + std::string(text) + "\"");
}

std::string build_input(const std::optional<std::string>& base_json,
                        const std::vector<std::string>& assignments, std::string_view input_schema_json) {
    if (assignments.empty())
        return base_json.value_or("{}");
    json::object input = base_json ? parse_base(*base_json) : json::object();
    const std::vector<SchemaProperty> properties = schema_properties(input_schema_json);
    const std::vector<std::string> names = property_names(properties);
    for (const std::string& assignment : assignments) {
        const std::size_t equals = assignment.find('=');
        if (equals == std::string::npos || equals == 0)
            throw UsageError("--set takes name=value, not \"" + assignment + "\"");
        const std::string name = assignment.substr(0, equals);
        const auto property = std::find_if(properties.begin(), properties.end(),
                                           [&](const SchemaProperty& one) { return one.name == name; });
        if (property == properties.end() && !properties.empty()) {
            throw UsageError("--set: the node has no input \"" + name + "\"." + did_you_mean(name, names)
                             + "\nIts inputs are: " + joined(names) + ".");
        }
        input[name] = parse_set_value(property == properties.end() ? SchemaProperty{} : *property,
                                      std::string_view(assignment).substr(equals + 1));
    }
    return json::serialize(input);
}

} // namespace cli
