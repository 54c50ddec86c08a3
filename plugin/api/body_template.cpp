#include "api/body_template.hpp"

#include "base/plain_text.hpp"
#include "http/url.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace job_engine {
namespace {

namespace json = boost::json;

constexpr std::string_view opening = "{{";
constexpr std::string_view closing = "}}";

// A stretch of a template's text.
struct Piece {
    std::string_view text;  // as it stands there
    std::string_view name;  // of the input whose place it is; empty: text of its own
    bool unclosed = false;  // braces that are opened and lead to no name
    bool is_escape = false; // four braces
};

// Takes the first piece off the text, which is not empty.
Piece next_piece(std::string_view& text) {
    const auto take = [&text](std::size_t length) {
        const auto piece = text.substr(0, length);
        text.remove_prefix(piece.size());
        return piece;
    };
    if (text.starts_with("{{{{") || text.starts_with("}}}}"))
        return {take(4), {}, false, true};
    if (!text.starts_with(opening)) {
        const auto end = std::min(text.find(opening, 1), text.find("}}}}", 1));
        return {take(end), {}, false, false};
    }
    const auto end = text.find(closing, opening.size());
    const auto name = end == std::string_view::npos
                          ? std::string_view()
                          : trimmed(text.substr(opening.size(), end - opening.size()));
    if (name.empty())
        return {take(opening.size()), {}, true, false};
    return {take(end + closing.size()), name, false, false};
}

// Where the values of places come from.
struct PlaceValues {
    const json::object& inputs;
    const json::object* value_maps = nullptr;
    const json::object* derived = nullptr;
    bool omit_null = false;

    // nullptr: absent.
    const json::value* find(std::string_view name) const {
        const auto* rule = derived != nullptr ? derived->if_contains(name) : nullptr;
        if (rule != nullptr)
            return listed(inputs.if_contains(rule->at("from").as_string()), &rule->at("values"));
        const auto* input = inputs.if_contains(name);
        const auto* map = value_maps != nullptr ? value_maps->if_contains(name) : nullptr;
        const auto* replacement = listed(input, map);
        return replacement != nullptr ? replacement : input;
    }

private:
    static const json::value* listed(const json::value* input, const json::value* table) {
        if (input == nullptr || table == nullptr || !input->is_string())
            return nullptr;
        return table->as_object().if_contains(input->get_string());
    }
};

std::string text_of_value(const json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

std::string filled_text(std::string_view text, const PlaceValues& values) {
    std::string out;
    while (!text.empty()) {
        const auto piece = next_piece(text);
        if (piece.name.empty())
            out += piece.is_escape ? piece.text.substr(2) : piece.text;
        else if (const auto* value = values.find(piece.name); value != nullptr && !value->is_null())
            out += text_of_value(*value);
    }
    return out;
}

// nullopt: an absent input, so the place of this value is left out.
std::optional<json::value> fill(const json::value& part, const PlaceValues& values,
                                const json::storage_ptr& storage) {
    if (const auto* text = part.if_string()) {
        std::string_view rest = *text;
        if (rest.find('{') == std::string_view::npos && rest.find('}') == std::string_view::npos)
            return json::value(part, storage);
        const auto first = next_piece(rest);
        if (first.name.empty() || !rest.empty())
            return json::value(filled_text(*text, values), storage);
        const auto* value = values.find(first.name);
        if (value == nullptr || (values.omit_null && value->is_null()))
            return std::nullopt;
        return json::value(*value, storage);
    }
    if (const auto* object = part.if_object()) {
        json::object filled(storage);
        filled.reserve(object->size());
        for (const auto& member : *object)
            if (auto value = fill(member.value(), values, storage))
                filled.emplace(member.key(), std::move(*value));
        return filled;
    }
    if (const auto* array = part.if_array()) {
        json::array filled(storage);
        for (const auto& element : *array)
            if (auto value = fill(element, values, storage))
                filled.push_back(std::move(*value));
        return filled;
    }
    return json::value(part, storage);
}

constexpr char keeps_slashes = '+';

std::string in_path(std::string_view value, bool keep_slashes) {
    if (!keep_slashes)
        return percent_encoded_segment(value);
    std::string out;
    for (std::size_t at = 0; at <= value.size();) {
        const auto end = std::min(value.find('/', at), value.size());
        out += (at == 0 ? "" : "/") + percent_encoded_segment(value.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

// A template of texts that may only be parts of a path: its own braces are no escapes.
template <class Find>
std::string filled_path(std::string_view path, Find find) {
    std::string out;
    while (!path.empty()) {
        const auto piece = next_piece(path);
        const bool keep_slashes = piece.name.starts_with(keeps_slashes);
        const auto value = piece.name.empty() ? std::optional(std::string(piece.text))
                                              : find(piece.name.substr(keep_slashes ? 1 : 0));
        if (value)
            out += piece.name.empty() ? *value : in_path(*value, keep_slashes);
        else
            out += piece.text;
    }
    return out;
}

std::string path_with(std::string_view path, const PlaceValues& values) {
    return filled_path(path, [&](std::string_view name) -> std::optional<std::string> {
        const auto* value = values.find(name);
        return value == nullptr || value->is_null() ? std::string() : text_of_value(*value);
    });
}

std::string all_places(std::span<const std::string> names) {
    std::string places;
    for (const auto& name : names)
        places += (places.empty() ? "" : ", ") + std::string(opening) + name + std::string(closing);
    return places;
}

std::optional<std::string> fault_of_text(std::string_view text, std::span<const std::string> names,
                                         bool is_path) {
    while (!text.empty()) {
        const auto piece = next_piece(text);
        if (piece.unclosed || (is_path && piece.is_escape))
            return "has braces {{ that lead to no name"
                   + std::string(is_path ? "" : " (write {{{{ for two braces)") + "; there are "
                   + all_places(names);
        auto name = piece.name;
        if (is_path && name.starts_with(keeps_slashes))
            name.remove_prefix(1);
        if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
            return "has the unknown placeholder {{" + plain_text(name, 64) + "}}; there are "
                   + all_places(names);
    }
    return std::nullopt;
}

// The first fault of any text, with the place of that text.
std::optional<std::string>
fault_below(const json::value& part, // NOLINT(misc-no-recursion): as deep as a document may be
            std::span<const std::string> names, const std::string& place) {
    if (const auto* text = part.if_string()) {
        auto fault = fault_of_text(*text, names, false);
        return fault && !place.empty() ? "at " + plain_text(place, 128) + " " + *fault : fault;
    }
    if (const auto* object = part.if_object())
        for (const auto& member : *object)
            if (auto fault = fault_below(member.value(), names, place + "/" + std::string(member.key())))
                return fault;
    if (const auto* array = part.if_array())
        for (std::size_t i = 0; i < array->size(); ++i)
            if (auto fault = fault_below((*array)[i], names, place + "/" + std::to_string(i)))
                return fault;
    return std::nullopt;
}

} // namespace

json::value fill_body(const SubmitRequest& submit, const json::object& inputs,
                      const json::storage_ptr& storage) {
    const PlaceValues values{inputs, &submit.value_maps, &submit.derived, submit.omit_null};
    return *fill(submit.body, values, storage);
}

std::string fill_path(const SubmitRequest& submit, const json::object& inputs) {
    if (submit.path.find(opening) == std::string::npos)
        return {};
    return path_with(submit.path, {inputs, &submit.value_maps, &submit.derived});
}

std::string fill_path(std::string_view path, const json::object& values) {
    return path_with(path, {values});
}

json::value fill_template(const json::object& body_template, const json::object& values) {
    return *fill(body_template, {values}, {});
}

std::string with_place_in_text(std::string_view text, std::string_view name, std::string_view value) {
    std::string out;
    while (!text.empty()) {
        const auto piece = next_piece(text);
        if (piece.name != name || name.empty()) {
            out += piece.text;
            continue;
        }
        for (std::size_t at = 0; at < value.size(); ++at) {
            out += value[at];
            const bool is_pair =
                at + 1 < value.size() && value[at] == value[at + 1] && (value[at] == '{' || value[at] == '}');
            if (is_pair) {
                out.append(3, value[at]);
                ++at;
            }
        }
    }
    return out;
}

std::string with_place_in_header(std::string_view text, std::string_view name, std::string_view value) {
    std::string out;
    while (!text.empty()) {
        const auto piece = next_piece(text);
        out += piece.name == name && !name.empty() ? value : piece.text;
    }
    return out;
}

std::string with_place_in_path(std::string_view path, std::string_view name, std::string_view value) {
    return filled_path(path, [&](std::string_view place) {
        return place == name ? std::optional(std::string(value)) : std::nullopt;
    });
}

bool any_text(const json::value& part, // NOLINT(misc-no-recursion): as deep as a document may be
              const std::function<bool(std::string_view)>& holds) {
    if (const auto* text = part.if_string())
        return holds(std::string_view(*text));
    const auto below = [&](const json::value& inner) { return any_text(inner, holds); };
    if (const auto* object = part.if_object())
        return std::any_of(object->begin(), object->end(),
                           [&](const auto& member) { return below(member.value()); });
    const auto* array = part.if_array();
    return array != nullptr && std::any_of(array->begin(), array->end(), below);
}

bool has_place_in_path(std::string_view path, std::string_view name) {
    const json::value text(path);
    return has_place(text, name) || has_place(text, "+" + std::string(name));
}

bool has_place(const json::value& body_template, std::string_view name) {
    return any_text(body_template, [&](std::string_view text) {
        while (!text.empty())
            if (next_piece(text).name == name)
                return true;
        return false;
    });
}

std::optional<std::string> template_fault(const json::value& body_template,
                                          std::span<const std::string> names) {
    return fault_below(body_template, names, "");
}

std::optional<std::string> single_brace_fault(std::string_view path, std::span<const std::string> names) {
    while (!path.empty()) {
        const auto piece = next_piece(path);
        if (!piece.name.empty())
            continue;
        for (auto text = piece.text; text.find('{') != std::string_view::npos;) {
            text.remove_prefix(text.find('{') + 1);
            auto name = text.substr(0, text.find('}'));
            if (name.starts_with(keeps_slashes))
                name.remove_prefix(1);
            if (std::find(names.begin(), names.end(), name) == names.end())
                return "has the unknown {" + plain_text(name, 64) + "}; the job's id is {id}";
        }
    }
    return std::nullopt;
}

std::optional<std::string> path_fault(std::string_view path, std::span<const std::string> names) {
    return fault_of_text(path, names, true);
}

} // namespace job_engine
