#include "api/description.hpp"

#include "api/api_text.hpp"
#include "api/body_template.hpp"
#include "base/ascii.hpp"
#include "base/plain_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace job_engine {
namespace {

namespace json = boost::json;

constexpr std::string_view variable_prefix = "connection.";

constexpr std::array<std::string_view, 5> requests{"submit", "poll", "result", "cancel", "find"};

using VariableValues = std::vector<std::pair<std::string, std::optional<std::string>>>;

// A body's members whose variable has no value are left out when the body is filled; a path and a header have
// nothing there.
enum class Part { body, path, headers };

// NOLINTNEXTLINE(misc-no-recursion): as deep as a document may be
void fill(json::value& part, const VariableValues& values, Part kind) {
    if (auto* text = part.if_string()) {
        for (const auto& [name, value] : values) {
            if (kind == Part::path)
                *text = with_place_in_path(*text, name, value.value_or(""));
            else if (kind == Part::headers)
                *text = with_place_in_header(*text, name, value.value_or(""));
            else if (value)
                *text = with_place_in_text(*text, name, *value);
        }
    } else if (auto* object = part.if_object()) {
        for (auto& member : *object)
            fill(member.value(), values, kind);
    } else if (auto* array = part.if_array()) {
        for (auto& element : *array)
            fill(element, values, kind);
    }
}

bool needs_missing(std::string_view path, const VariableValues& values) {
    return std::any_of(values.begin(), values.end(), [&](const auto& variable) {
        return !variable.second && has_place_in_path(path, variable.first);
    });
}

void fill_request(json::object& request, const VariableValues& values) {
    constexpr std::array<std::pair<std::string_view, Part>, 5> parts{{{"body", Part::body},
                                                                      {"path", Part::path},
                                                                      {"headers", Part::headers},
                                                                      {"url", Part::path},
                                                                      {"form", Part::body}}};
    for (const auto& [name, kind] : parts)
        if (auto* part = request.if_contains(name))
            fill(*part, values, kind);
}

std::vector<json::object*> upload_steps_in(json::object& document) {
    std::vector<json::object*> steps;
    auto* files = document.if_contains("files");
    if (auto* upload = files != nullptr ? files->as_object().if_contains("upload") : nullptr)
        for (auto& step : upload->as_object().at("steps").as_array())
            steps.push_back(&step.as_object());
    return steps;
}

} // namespace

std::string text_in(const json::object& object, std::string_view name) {
    const auto* member = object.if_contains(name);
    return member != nullptr && member->is_string() ? std::string(member->get_string()) : std::string();
}

std::vector<std::string> texts_in(const json::object& object, std::string_view name) {
    std::vector<std::string> texts;
    if (const auto* member = object.if_contains(name))
        for (const auto& text : member->as_array())
            texts.emplace_back(text.as_string());
    return texts;
}

Headers headers_of(const json::object& object) {
    Headers headers;
    if (const auto* member = object.if_contains("headers"))
        for (const auto& header : member->as_object())
            headers.emplace_back(header.key(), header.value().as_string());
    return headers;
}

NamedPointers named_pointers_in(const json::object& object, std::string_view name) {
    NamedPointers out;
    if (const auto* member = object.if_contains(name))
        for (const auto& named : member->as_object())
            out.emplace_back(named.key(), texts_in(member->as_object(), named.key()));
    return out;
}

json::object description_of_node(const json::object& document, std::string_view action_id,
                                 std::string_view product) {
    auto out = document;
    const auto* nodes = document.if_contains("nodes");
    const auto* node = nodes != nullptr ? nodes->as_object().if_contains(action_id) : nullptr;
    if (node == nullptr)
        return out;
    for (const auto& member : node->as_object()) {
        if (member.key() != "outputs")
            out[member.key()] = member.value();
        else if (const auto* pointers = member.value().as_object().if_contains(product))
            out["reply"].as_object()[product] = *pointers;
    }
    return out;
}

std::vector<std::string> variable_names(const json::object& document) {
    std::vector<std::string> names;
    if (const auto* variables = document.if_contains("variables"))
        for (const auto& declared : variables->as_object())
            names.push_back(std::string(variable_prefix) + std::string(declared.key()));
    return names;
}

std::vector<Violation> fill_variables(json::object& document, const VariableOf& variable) {
    std::vector<Violation> missing;
    VariableValues values;
    const auto* variables = document.if_contains("variables");
    if (variables == nullptr)
        return missing;
    for (const auto& declared : variables->as_object()) {
        const auto& about = declared.value().as_object();
        const std::string name(declared.key());
        const auto* given = variable ? variable(name) : nullptr;
        auto text = given != nullptr && given->is_string() ? std::string(trimmed(given->get_string()))
                                                           : std::string();
        if (text.empty())
            text = text_in(about, "default");
        const auto* required = about.if_contains("required");
        const bool has_value = !text.empty();
        values.emplace_back(std::string(variable_prefix) + name,
                            has_value ? std::optional(std::move(text)) : std::nullopt);
        if (!has_value && required != nullptr && required->as_bool()) {
            const auto description = text_in(about, "description");
            missing.push_back({"/" + name, "is missing, and " + text_in(document, "name") + " needs it"
                                               + (description.empty() ? "" : ": " + clause(description))});
        }
    }
    // A list that lies at an address which the connection does not give cannot be asked for.
    if (const auto* find = document.if_contains("find");
        find != nullptr && needs_missing(find->at("path").as_string(), values))
        document.erase("find");
    if (auto* headers = document.if_contains("headers"))
        fill(*headers, values, Part::headers);
    for (const auto name : requests)
        if (auto* request = document.if_contains(name))
            fill_request(request->as_object(), values);
    for (auto* step : upload_steps_in(document))
        fill_request(*step, values);
    return missing;
}

} // namespace job_engine
