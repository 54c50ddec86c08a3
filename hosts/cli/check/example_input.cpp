#include "check/example_input.hpp"

#include "schema/schema_view.hpp"
#include "text/json_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace cli::check {

namespace json = boost::json;

namespace {

std::string text_of_example(const wfn_node& node) {
    const char* examples =
        WFN_HAS(wfn_node, &node, examples_json) && node.examples_json != nullptr ? node.examples_json : "";
    const json::value parsed = parse_or_null(examples);
    if (!parsed.is_array() || parsed.get_array().empty() || !parsed.get_array().front().is_object())
        return "";
    const json::value* input = parsed.get_array().front().get_object().if_contains("input");
    return input != nullptr ? json::serialize(*input) : "";
}

json::value made_up(const SchemaProperty& property) {
    if (property.default_value)
        return *property.default_value;
    if (!property.choices.empty())
        return property.choices.front();
    if (property.allows("string"))
        return "test";
    if (property.allows("integer") || property.allows("number"))
        return 1;
    if (property.allows("boolean"))
        return false;
    if (property.allows("array"))
        return json::array();
    return property.allows("object") ? json::value(json::object()) : json::value();
}

} // namespace

std::string example_input(const wfn::Node& node) {
    if (std::string text = text_of_example(node.get()); !text.empty())
        return text;
    json::object input;
    for (const SchemaProperty& property : schema_properties(node.input_schema_json()))
        if (property.required)
            input[property.name] = made_up(property);
    return json::serialize(input);
}

} // namespace cli::check
