#include "schema/media_output.hpp"

#include "text/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

namespace cli {

namespace json = boost::json;

namespace {

constexpr std::array<MediaKind, 3> kinds_by_word{MediaKind::video, MediaKind::audio, MediaKind::image};

const json::object no_members;

const json::object& object_member(const json::object& object, const char* name) {
    const json::value* found = object.if_contains(name);
    return found != nullptr && found->is_object() ? found->get_object() : no_members;
}

std::optional<MediaKind> kind_in(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const MediaKind kind : kinds_by_word)
        if (text.find(to_string(kind)) != std::string::npos)
            return kind;
    return std::nullopt;
}

bool is_null_type(const json::value& branch) {
    return branch.is_object() && text_member(branch.get_object(), "type") == "null";
}

// The schema without the branch that allows null.
const json::object& without_null(const json::object& schema) {
    for (const char* keyword : {"anyOf", "oneOf"}) {
        const json::value* branches = schema.if_contains(keyword);
        if (branches == nullptr || !branches->is_array())
            continue;
        const json::array& all = branches->get_array();
        const auto other = std::find_if_not(all.begin(), all.end(), is_null_type);
        const bool is_alone = std::count_if(all.begin(), all.end(), is_null_type) + 1
                              == static_cast<std::ptrdiff_t>(all.size());
        return other != all.end() && is_alone && all.size() > 1 && other->is_object() ? other->get_object()
                                                                                      : schema;
    }
    return schema;
}

bool is_string_schema(const json::object& schema) {
    const json::value* type = schema.if_contains("type");
    if (type == nullptr || !type->is_array())
        return text_member(schema, "type") == "string";
    const json::array& types = type->get_array();
    return std::find(types.begin(), types.end(), json::value("string")) != types.end()
           && std::all_of(types.begin(), types.end(), [](const json::value& one) {
                  return one == json::value("string") || one == json::value("null");
              });
}

struct RatedOutput {
    MediaOutput output;
    bool is_stated = false; // by its type, rather than by words
    int certainty = 0;
};

// nullopt: the schema does not say that the output is the URL of a file.
std::optional<RatedOutput> rated(const std::string& name, const json::object& property,
                                 const json::object& control) {
    const json::object& schema = without_null(property);
    const std::string content_type = text_member(schema, "contentMediaType");
    const bool is_url = text_member(schema, "format") == "uri" || text_member(control, "type") == "media_url";
    const bool is_content =
        schema.contains("contentEncoding") || (!is_url && content_type.compare(0, 5, "text/") == 0);
    if (!is_string_schema(schema) || is_content)
        return std::nullopt;
    const auto by_type = kind_in(content_type.empty() ? text_member(control, "media_type") : content_type);
    const std::array by_words{kind_in(name), kind_in(text_member(property, "title")),
                              kind_in(text_member(property, "description"))};
    std::optional<MediaKind> kind = by_type;
    for (const auto& word : by_words)
        kind = kind ? kind : word;
    if (!kind && is_url)
        kind = MediaKind::file;
    if (!kind)
        return std::nullopt;
    // A sign counts for more than all that follow it.
    int certainty = (by_type ? 2 : 0) + (is_url ? 1 : 0);
    for (const auto& word : by_words)
        certainty = 2 * certainty + (word ? 1 : 0);
    return RatedOutput{{name, *kind}, by_type || is_url, certainty};
}

} // namespace

const char* to_string(MediaKind kind) noexcept {
    switch (kind) {
    case MediaKind::video:
        return "video";
    case MediaKind::audio:
        return "audio";
    case MediaKind::image:
        return "image";
    case MediaKind::file:
        break;
    }
    return "file";
}

std::vector<MediaOutput> media_outputs(std::string_view output_schema_json, std::string_view ui_json) {
    const json::value schema = parse_or_null(output_schema_json);
    const json::value ui = parse_or_null(ui_json);
    if (!schema.is_object())
        return {};
    const json::object& controls = ui.is_object() ? object_member(ui.get_object(), "outputs") : no_members;
    std::vector<RatedOutput> all;
    for (const auto& [name, property] : object_member(schema.get_object(), "properties")) {
        if (!property.is_object())
            continue;
        const std::string its_name(name);
        if (auto one = rated(its_name, property.get_object(), object_member(controls, its_name.c_str())))
            all.push_back(std::move(*one));
    }
    std::stable_sort(all.begin(), all.end(), [](const RatedOutput& one, const RatedOutput& other) {
        return one.certainty > other.certainty;
    });
    // Words alone may as well describe a note on the file.
    const auto first_guess =
        std::stable_partition(all.begin(), all.end(), [](const RatedOutput& one) { return one.is_stated; });
    if (!all.empty())
        all.erase(std::max(first_guess, all.begin() + 1), all.end());
    std::vector<MediaOutput> outputs;
    outputs.reserve(all.size());
    for (RatedOutput& one : all)
        outputs.push_back(std::move(one.output));
    return outputs;
}

} // namespace cli
