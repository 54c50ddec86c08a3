#include "api/body_template.hpp"

#include "base/plain_text.hpp"

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

const json::value& mapped(std::string_view name, const json::value& value, const json::object& value_maps) {
    const auto* map = value_maps.if_contains(name);
    if (map == nullptr || !value.is_string())
        return value;
    const auto* replacement = map->as_object().if_contains(value.get_string());
    return replacement != nullptr ? *replacement : value;
}

std::string filled_text(std::string_view text, const json::object& inputs, const json::object& value_maps) {
    std::string out;
    while (!text.empty()) {
        const auto piece = next_piece(text);
        if (piece.name.empty()) {
            out += piece.is_escape ? piece.text.substr(2) : piece.text;
            continue;
        }
        const auto* input = inputs.if_contains(piece.name);
        if (input == nullptr || input->is_null())
            continue;
        const auto& value = mapped(piece.name, *input, value_maps);
        out += value.is_string() ? std::string(value.get_string()) : json::serialize(value);
    }
    return out;
}

// nullopt: an absent input, so the place of this value is left out.
std::optional<json::value> fill(const json::value& part, const json::object& inputs,
                                const json::object& value_maps, const json::storage_ptr& storage) {
    if (const auto* text = part.if_string()) {
        std::string_view rest = *text;
        if (rest.find('{') == std::string_view::npos && rest.find('}') == std::string_view::npos)
            return json::value(part, storage);
        const auto first = next_piece(rest);
        if (first.name.empty() || !rest.empty())
            return json::value(filled_text(*text, inputs, value_maps), storage);
        const auto* input = inputs.if_contains(first.name);
        if (input == nullptr)
            return std::nullopt;
        return json::value(mapped(first.name, *input, value_maps), storage);
    }
    if (const auto* object = part.if_object()) {
        json::object filled(storage);
        filled.reserve(object->size());
        for (const auto& member : *object)
            if (auto value = fill(member.value(), inputs, value_maps, storage))
                filled.emplace(member.key(), std::move(*value));
        return filled;
    }
    if (const auto* array = part.if_array()) {
        json::array filled(storage);
        for (const auto& element : *array)
            if (auto value = fill(element, inputs, value_maps, storage))
                filled.push_back(std::move(*value));
        return filled;
    }
    return json::value(part, storage);
}

std::string all_places(std::span<const std::string> input_names) {
    std::string places;
    for (const auto& name : input_names)
        places += (places.empty() ? "" : ", ") + std::string(opening) + name + std::string(closing);
    return places;
}

std::optional<std::string> fault_of_text(std::string_view text, std::span<const std::string> input_names) {
    while (!text.empty()) {
        const auto piece = next_piece(text);
        if (piece.unclosed)
            return "has braces {{ that lead to no name (write {{{{ for two braces); there are "
                   + all_places(input_names);
        if (!piece.name.empty()
            && std::find(input_names.begin(), input_names.end(), piece.name) == input_names.end())
            return "has the unknown placeholder {{" + plain_text(piece.name, 64) + "}}; there are "
                   + all_places(input_names);
    }
    return std::nullopt;
}

} // namespace

json::value fill_template(const json::value& body_template, const json::object& inputs,
                          const json::object& value_maps, const json::storage_ptr& storage) {
    auto filled = fill(body_template, inputs, value_maps, storage);
    return filled ? std::move(*filled) : json::value(nullptr);
}

std::optional<std::string> template_fault(const json::value& body_template,
                                          std::span<const std::string> input_names) {
    if (const auto* text = body_template.if_string())
        return fault_of_text(*text, input_names);
    if (const auto* object = body_template.if_object()) {
        for (const auto& member : *object)
            if (auto fault = template_fault(member.value(), input_names))
                return fault;
    } else if (const auto* array = body_template.if_array()) {
        for (const auto& element : *array)
            if (auto fault = template_fault(element, input_names))
                return fault;
    }
    return std::nullopt;
}

} // namespace job_engine
