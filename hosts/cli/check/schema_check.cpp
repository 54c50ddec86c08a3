#include "check/schema_check.hpp"

#include "journal/module_check.hpp"

#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <exception>
#include <optional>

namespace cli::check {

namespace json = boost::json;

namespace {

// Throws std::exception for what is no schema.
void compile(const json::value& schema_json, valijson::Schema& schema) {
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::BoostJsonAdapter(schema_json), schema);
}

} // namespace

std::string fault_of_schema(std::string_view schema_json) {
    const std::optional<json::value> parsed = durable::parse_module_json(schema_json);
    if (!parsed)
        return "is not JSON";
    if (!parsed->is_object())
        return "is not a JSON object";
    try {
        valijson::Schema schema;
        compile(*parsed, schema);
    } catch (const std::exception& error) {
        return std::string("is not a JSON Schema: ") + error.what();
    }
    return "";
}

std::string violation(std::string_view schema_json, std::string_view instance_json) {
    const std::optional<json::value> instance = durable::parse_module_json(instance_json);
    if (!instance)
        return "it is not JSON";
    const std::optional<json::value> schema_value = durable::parse_module_json(schema_json);
    if (!schema_value)
        return "the schema is not JSON";
    try {
        valijson::Schema schema;
        compile(*schema_value, schema);
        valijson::Validator validator;
        valijson::ValidationResults results;
        if (validator.validate(schema, valijson::adapters::BoostJsonAdapter(*instance), &results))
            return "";
        valijson::ValidationResults::Error first;
        if (!results.popError(first))
            return "it does not match";
        std::string place;
        for (const std::string& part : first.context)
            place += part;
        return place + ": " + first.description;
    } catch (const std::exception& error) {
        return std::string("the schema cannot be used: ") + error.what();
    }
}

} // namespace cli::check
