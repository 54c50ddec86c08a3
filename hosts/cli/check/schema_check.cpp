#include "check/schema_check.hpp"

#include "journal/module_check.hpp"

#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <charconv>
#include <exception>
#include <optional>
#include <set>
#include <stdexcept>

namespace cli::check {

namespace json = boost::json;

namespace {

// The place that a "$ref" names, decoded; valijson takes no other document.
std::string pointer_of(std::string_view reference) {
    const std::size_t mark = reference.find('#');
    reference.remove_prefix(mark == std::string_view::npos ? reference.size() : mark + 1);
    reference = reference.substr(0, reference.find_last_not_of('/') + 1);
    std::string pointer;
    for (std::size_t i = 0; i < reference.size(); ++i) {
        unsigned byte = 0;
        const bool encoded = reference[i] == '%' && i + 2 < reference.size()
                             && std::from_chars(&reference[i + 1], &reference[i + 1] + 2, byte, 16).ptr
                                    == &reference[i + 1] + 2;
        pointer += encoded ? static_cast<char>(byte) : reference[i];
        i += encoded ? 2 : 0;
    }
    return pointer;
}

// Finds a schema that applies itself to the same value, through "$ref" and what applies schemas in its place:
// valijson would follow it until the stack ends.
class EndlessReference {
public:
    explicit EndlessReference(const json::value& document) : document_(document) {}

    // The "$ref" that closes the ring; empty: there is none.
    std::string found() {
        look_in(document_);
        return found_;
    }

private:
    // Also values that are no schemas, e.g. of an enum: they are not rings of references.
    void look_in(const json::value& value) {
        if (value.is_object()) {
            apply(value);
            for (const auto& member : value.get_object())
                look_in(member.value());
        } else if (value.is_array()) {
            for (const json::value& element : value.get_array())
                look_in(element);
        }
    }

    void apply(const json::value& schema) {
        if (!schema.is_object() || done_.count(&schema) != 0 || !applied_.insert(&schema).second)
            return;
        const json::object& members = schema.get_object();
        if (const json::value* reference = members.if_contains("$ref")) {
            if (reference->is_string())
                follow(reference->get_string());
        } else {
            for (const char* name : {"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependencies"})
                if (const json::value* inner = members.if_contains(name))
                    apply_inner(*inner, name == std::string_view("dependencies"));
        }
        applied_.erase(&schema);
        done_.insert(&schema);
    }

    void apply_inner(const json::value& inner, bool by_name) {
        if (inner.is_array()) {
            for (const json::value& one : inner.get_array())
                apply(one);
        } else if (by_name && inner.is_object()) {
            for (const auto& member : inner.get_object())
                apply(member.value());
        } else {
            apply(inner);
        }
    }

    void follow(const json::string& reference) {
        json::error_code error;
        const json::value* target = document_.find_pointer(pointer_of(reference), error);
        if (error || target == nullptr)
            return; // valijson says so
        if (applied_.count(target) != 0)
            found_ = reference.c_str();
        else
            apply(*target);
    }

    const json::value& document_;
    std::set<const json::value*> applied_; // to one value, each by another one
    std::set<const json::value*> done_;
    std::string found_;
};

// Throws std::exception for what is no schema.
void compile(const json::value& schema_json, valijson::Schema& schema) {
    if (const std::string endless = EndlessReference(schema_json).found(); !endless.empty())
        throw std::runtime_error("the $ref \"" + endless + "\" leads only to itself");
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
