#include "job/inputs.hpp"

#include "api/body_template.hpp"
#include "api/request.hpp"
#include "base/ascii.hpp"
#include "base/plain_text.hpp"
#include "http/url.hpp"
#include "job/attachment.hpp"
#include "json/json_text.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/serializer.hpp>

#include <array>
#include <optional>
#include <utility>

namespace job_engine {
namespace {

namespace json = boost::json;

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

// The known inputs, in the schema's order.
json::object with_defaults(const json::object& given, const json::object& properties,
                           json::storage_ptr storage) {
    json::object inputs(std::move(storage));
    inputs.reserve(properties.size());
    for (const auto& property : properties) {
        const auto* value = given.if_contains(property.key());
        if (value == nullptr)
            value = property.value().as_object().if_contains("default");
        if (value != nullptr)
            inputs.emplace(property.key(), *value);
    }
    return inputs;
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
std::optional<std::string> fault_of_media_url(std::string_view url, std::string_view input,
                                              bool allow_loopback_http) {
    constexpr std::string_view data = "data:";
    if (ascii_equal_ignoring_case(url.substr(0, data.size()), data))
        return "is a data: URI, which holds the " + std::string(input) + " itself: upload the "
               + std::string(input) + " to where the API can fetch it, and give its https URL";
    return media_url_fault(url, allow_loopback_http);
}

bool has_value(const json::object& inputs, std::string_view name, std::string_view value) {
    const auto* input = inputs.if_contains(name);
    return input != nullptr && input->is_string() && input->get_string() == value;
}

// Applies one rule; nullopt: it is kept.
std::optional<Error> apply(const InputRule& rule, json::object& inputs, const json::object& given,
                           std::vector<Warning>& warnings, bool allow_loopback_http) {
    auto* input = inputs.if_contains(rule.input);
    if (input == nullptr)
        return std::nullopt;
    const auto path = "/" + std::string(rule.input);
    switch (rule.kind) {
    case InputRule::Kind::not_blank:
        if (input->is_string() && is_blank(input->get_string())) {
            std::vector<Violation> violations{{path, "must not be empty"}};
            return invalid_input(summary_of(violations), violations);
        }
        break;
    case InputRule::Kind::media_url: {
        if (const auto name = attachment_name(trimmed(input->as_string()))) {
            if (const auto fault = attachment_fault(trimmed(input->as_string()), *name)) {
                std::vector<Violation> violations{{path, *fault}};
                return invalid_input(summary_of(violations), violations);
            }
            *input = attachment_input(*name);
            break;
        }
        const auto url = percent_encoded_url(trimmed(input->as_string()));
        if (const auto fault = fault_of_media_url(url, rule.input, allow_loopback_http)) {
            auto error = make_error(ErrorCode::invalid_media_url,
                                    "The " + std::string(rule.input) + " URL " + *fault + ".");
            error.details.push_back({path, *fault});
            return error;
        }
        *input = url;
        break;
    }
    case InputRule::Kind::only_for:
        if (has_value(inputs, rule.other, rule.value))
            break;
        inputs.erase(rule.input);
        if (given.contains(rule.input))
            warnings.push_back({std::string(rule.input) + "_ignored",
                                "The " + std::string(rule.input) + " is not used: only the "
                                    + std::string(rule.other) + " " + std::string(rule.value)
                                    + " takes one."});
        break;
    }
    return std::nullopt;
}

// Behind its length, or a mark that it is absent: so no two lists of values give one text.
void append_value(std::string& text, const json::value* value) {
    if (value == nullptr || value->is_null()) {
        text += '-';
        return;
    }
    const auto append = [&text](std::string_view written) {
        text += std::to_string(written.size());
        text += ':';
        text += written;
    };
    if (const auto* string = value->if_string())
        append(*string);
    else
        append(json::serialize(*value));
}

HexDigest digest_of(const json::object& inputs, const Node& node) {
    std::string text;
    if (!node.type.digest_without_action_id)
        text = std::string(node.type.action_id) + '/';
    for (const auto& name : node.input_names)
        append_value(text, inputs.if_contains(name));
    return HexDigest(sha256(text));
}

std::string kind_of(const json::object& inputs, const Node& node) {
    std::string kind = node.type.action_id;
    for (const auto name : node.type.job_kind) {
        kind += '/';
        append_value(kind, inputs.if_contains(name));
    }
    return kind;
}

std::string media_url_of(const json::object& inputs, const Node& node) {
    for (const auto& rule : node.type.rules)
        if (rule.kind == InputRule::Kind::media_url)
            if (const auto* input = inputs.if_contains(rule.input))
                return std::string(input->as_string());
    return {};
}

std::vector<std::string> names_of(const json::object& properties) {
    std::vector<std::string> names;
    for (const auto& property : properties)
        names.emplace_back(property.key());
    return names;
}

// What is known later, and then takes its place in the body: the key, which is made of the digest, and a file
// of the host.
json::object with_places(const json::object& inputs, const PreparedJob& job, const Node& node) {
    auto out = inputs;
    out[run_key_place] = job.digest.text();
    out[run_marker_place] = run_marker(job.digest.text());
    if (!job.file.empty())
        out[media_input(node.type)] = place_of_file(job.digest);
    return out;
}

// As JSON has it between quotes. Piece by piece, because a file may be of many megabytes.
void append_escaped(std::string& out, std::string_view text) {
    const auto begin = out.size();
    json::serializer writer;
    writer.reset(text);
    std::array<char, 8192> piece; // NOLINT(cppcoreguidelines-pro-type-member-init): it is written first
    while (!writer.done())
        out.append(writer.read(piece.data(), piece.size()));
    out.pop_back();
    out.erase(begin, 1);
}

} // namespace

Node::Node(const NodeType& node_type)
    : type(node_type), input(node_type.input_schema), output(node_type.output_schema),
      input_names(names_of(properties_of(input))) {}

Result<CheckedInputs> read_inputs(std::string_view input_json, const Node& node, bool allow_loopback_http,
                                  json::storage_ptr storage) {
    std::array<unsigned char, 4096> room; // NOLINT(cppcoreguidelines-pro-type-member-init): for the allocator
    json::monotonic_resource memory(room.data(), room.size());
    const auto parsed = parse_json(input_json, &memory);
    if (!parsed)
        return invalid_input("The input cannot be read: " + parsed.error().message + ".",
                             {{"", parsed.error().message}});
    if (auto violations = node.input.validate(*parsed); !violations.empty())
        return invalid_input(summary_of(violations), violations);

    const auto& given = parsed->as_object();
    const auto& properties = properties_of(node.input);
    CheckedInputs checked{with_defaults(given, properties, std::move(storage)),
                          warn_of_unknown(given, properties)};
    for (const auto& rule : node.type.rules)
        if (auto error = apply(rule, checked.values, given, checked.warnings, allow_loopback_http))
            return std::move(*error);
    checked.file = attachment_name(media_url_of(checked.values, node)).value_or("");
    return checked;
}

PreparedJob prepare_job(const json::object& inputs, const Node& node, const Binding& binding) {
    std::array<unsigned char, 4096> room; // NOLINT(cppcoreguidelines-pro-type-member-init): for the allocator
    json::monotonic_resource memory(room.data(), room.size());
    PreparedJob job;
    job.digest = digest_of(inputs, node);
    job.media_url = media_url_of(inputs, node);
    if (auto name = attachment_name(job.media_url)) {
        job.file = RareText(std::move(*name));
        job.media_url.clear();
    }
    job.path = RareText(fill_path(binding.submit, inputs));
    if (binding.submit.names_run || !job.file.empty())
        job.body = json::serialize(fill_body(binding.submit, with_places(inputs, job, node), &memory));
    else
        job.body = json::serialize(fill_body(binding.submit, inputs, &memory));
    job.kind = kind_of(inputs, node);
    return job;
}

std::string body_with_file(std::string_view body, const HexDigest& inputs, std::string_view text) {
    const auto place = place_of_file(inputs);
    std::string filled;
    filled.reserve(body.size() + text.size() + 2);
    std::size_t from = 0;
    for (auto at = body.find(place); at != std::string_view::npos; at = body.find(place, from)) {
        filled.append(body.substr(from, at - from));
        append_escaped(filled, text);
        from = at + place.size();
    }
    filled.append(body.substr(from));
    return filled;
}

} // namespace job_engine
