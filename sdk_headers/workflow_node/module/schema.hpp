/*
 * workflow_node/module/schema.hpp: the check that a node's inputs and connection get without a validator:
 * `type`, `required` and `additionalProperties: false` of the object, and `type`, `enum`, `minimum` and
 * `maximum` of its members. What else a schema says is the business of the node's check(), see module.hpp.
 */
#pragma once

#include <workflow_node/module/json.hpp>

#include <stdexcept>

#pragma GCC visibility push(hidden)

namespace wfn {
namespace sdk {

inline bool has_type(const Json& value, const std::string& type) {
    switch (value.type()) {
    case Json::Type::null:
        return type == "null";
    case Json::Type::boolean:
        return type == "boolean";
    case Json::Type::number:
        return type == "number" || (type == "integer" && std::floor(value.number()) == value.number());
    case Json::Type::string:
        return type == "string";
    case Json::Type::array:
        return type == "array";
    case Json::Type::object:
        return type == "object";
    case Json::Type::none:
        break;
    }
    return false;
}

/* True also for arrays and objects, which are not compared. */
inline bool may_be_same(const Json& one, const Json& other) {
    if (one.type() != other.type())
        return false;
    if (one.type() == Json::Type::string)
        return one.text() == other.text();
    return one.type() == Json::Type::number ? one.number() == other.number()
                                            : one.type() != Json::Type::boolean || one.raw() == other.raw();
}

/* The message names the rule and never the value, which may be a secret. Empty: it is as the rule says. */
inline std::string fault_of(const Json& value, const Json& rule) {
    std::string types;
    bool fits = !rule["type"];
    const auto may_be = [&](const std::string&, const Json& type) {
        fits = fits || has_type(value, type.text());
        types += (types.empty() ? "" : " or ") + type.text();
    };
    if (rule["type"].type() == Json::Type::string)
        may_be({}, rule["type"]);
    rule["type"].each(may_be);
    if (!fits)
        return "must be " + types;
    bool listed = !rule["enum"];
    rule["enum"].each(
        [&](const std::string&, const Json& one) { listed = listed || may_be_same(value, one); });
    if (!listed)
        return "must be one of " + std::string(rule["enum"].raw());
    if (value.type() == Json::Type::number) {
        if (rule["minimum"] && value.number() < rule["minimum"].number())
            return "must be at least " + std::string(rule["minimum"].raw());
        if (rule["maximum"] && value.number() > rule["maximum"].number())
            return "must be at most " + std::string(rule["maximum"].raw());
    }
    return {};
}

inline std::string pointer_to(const std::string& name) {
    std::string path = "/";
    for (const char c : name)
        c == '~' ? path += "~0" : c == '/' ? path += "~1" : path += c;
    return path;
}

/* What is wrong with the value; empty: nothing that this check knows of. */
inline std::vector<Problem> problems_in(const Json& value, std::string_view schema_json) {
    const Json schema = Json::parse(schema_json);
    if (!schema) /* a defect of the node, which the exception makes of it: nothing would be checked */
        throw std::logic_error("a schema in its NodeInfo is no JSON");
    if (!value)
        return {{"", "must be JSON"}};
    std::vector<Problem> problems;
    const auto add = [&](const std::string& path, const std::string& message) {
        if (!message.empty())
            problems.push_back({path, message});
    };
    add("", fault_of(value, schema));
    if (value.type() != Json::Type::object)
        return problems;
    schema["required"].each([&](const std::string&, const Json& name) {
        if (!value[name.text()])
            add(pointer_to(name.text()), "required, but missing");
    });
    const Json rules = schema["properties"];
    value.each([&](const std::string& name, const Json& member) {
        if (const Json rule = rules[name])
            add(pointer_to(name), fault_of(member, rule));
        else if (!schema["additionalProperties"].boolean(true) && !schema["patternProperties"])
            add(pointer_to(name), "not known");
    });
    return problems;
}

} // namespace sdk
} // namespace wfn

#pragma GCC visibility pop
