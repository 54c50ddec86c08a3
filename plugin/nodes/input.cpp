#include "nodes/input.hpp"

#include "base/ascii.hpp"
#include "base/plain_text.hpp"
#include "http/url.hpp"
#include "json/json_text.hpp"

#include <boost/json/monotonic_resource.hpp>

#include <array>
#include <utility>

namespace pixelml {
namespace {

namespace json = boost::json;

// The one model with a choice of sizes.
constexpr std::string_view sized_model = "Pixel M";

Error invalid_input(std::string message, std::vector<Violation> details) {
    auto error = make_error(ErrorCode::invalid_input, std::move(message));
    error.details = std::move(details);
    return error;
}

std::string summary_of(const std::vector<Violation>& details) {
    std::string text = "The inputs are not valid: ";
    constexpr std::size_t most = 3;
    for (std::size_t i = 0; i < details.size() && i < most; ++i) {
        const auto& [path, message] = details[i];
        text +=
            (i == 0 ? "" : "; ") + (path.empty() ? std::string("the input") : path.substr(1)) + " " + message;
    }
    if (details.size() > most)
        text += "; and " + std::to_string(details.size() - most) + " more";
    return text + ".";
}

const json::object& properties_of(const Schema& schema) {
    return schema.document().at("properties").as_object();
}

void apply_defaults(json::object& members, const json::object& properties) {
    for (const auto& property : properties) {
        const auto* value = property.value().as_object().if_contains("default");
        if (value != nullptr && !members.contains(property.key()))
            members[property.key()] = *value;
    }
}

std::vector<Warning> warn_of_unknown(const json::object& members, const json::object& properties) {
    std::string names;
    for (const auto& member : members)
        if (!properties.contains(member.key()))
            names += (names.empty() ? "" : ", ") + plain_text(member.key(), 64);
    if (names.empty())
        return {};
    return {{"unknown_input",
             "These inputs are not known to the node and are not sent: " + plain_text(names, 512) + "."}};
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

// People hand in what a page shows them, and a data: URI is no place that the API could look at.
std::optional<std::string> image_url_fault(std::string_view url, bool allow_loopback_http) {
    constexpr std::string_view data = "data:";
    if (ascii_equal_ignoring_case(url.substr(0, data.size()), data))
        return "is a data: URI, which holds the image itself: upload the image to where the API can fetch "
               "it, and "
               "give its https URL";
    return media_url_fault(url, allow_loopback_http);
}

std::optional<std::string> text_unless_null(const json::value& value) {
    return value.is_null() ? std::nullopt : std::optional(std::string(value.as_string()));
}

} // namespace

Result<CheckedInput> read_input(std::string_view input_json, const Schema& schema, bool allow_loopback_http) {
    std::array<unsigned char, 4096> room; // NOLINT(cppcoreguidelines-pro-type-member-init): for the allocator
    json::monotonic_resource memory(room.data(), room.size());
    auto parsed = parse_json(input_json, &memory);
    if (!parsed)
        return invalid_input("The input cannot be read: " + parsed.error().message + ".",
                             {{"", parsed.error().message}});
    if (auto details = schema.validate(*parsed); !details.empty())
        return invalid_input(summary_of(details), details);

    auto& members = parsed->as_object();
    const bool size_given = members.contains("size");
    CheckedInput checked;
    checked.warnings = warn_of_unknown(members, properties_of(schema));
    apply_defaults(members, properties_of(schema));

    auto& input = checked.input;
    input.model = members.at("model").as_string();
    input.prompt = members.at("prompt").as_string();
    input.image = percent_encoded_url(trimmed(members.at("image").as_string()));
    input.negative_prompt = text_unless_null(members.at("negative_prompt"));
    const auto& optimizer = members.at("prompt_optimizer");
    input.prompt_optimizer = optimizer.is_null() ? std::nullopt : std::optional(optimizer.as_bool());

    if (is_blank(input.prompt)) {
        std::vector<Violation> details{{"/prompt", "must not be empty"}};
        return invalid_input(summary_of(details), details);
    }
    if (const auto fault = image_url_fault(input.image, allow_loopback_http)) {
        auto error = make_error(ErrorCode::invalid_image_url, "The image URL " + *fault + ".");
        error.details.push_back({"/image", *fault});
        return error;
    }
    if (input.model == sized_model)
        input.size = std::string(members.at("size").as_string());
    else if (size_given)
        checked.warnings.push_back({"size_ignored", "The size is not used: only " + std::string(sized_model)
                                                        + " has a choice of sizes."});
    return checked;
}

json::object values_by_name(const Input& input, const json::storage_ptr& storage) {
    json::object values(storage);
    values.reserve(input_names.size());
    values["model"] = input.model;
    values["prompt"] = input.prompt;
    values["image"] = input.image;
    values["negative_prompt"];
    if (input.negative_prompt)
        values["negative_prompt"] = *input.negative_prompt;
    if (input.size)
        values["size"] = *input.size;
    values["prompt_optimizer"];
    if (input.prompt_optimizer)
        values["prompt_optimizer"] = *input.prompt_optimizer;
    return values;
}

} // namespace pixelml
