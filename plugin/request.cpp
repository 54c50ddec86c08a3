#include "request.hpp"

#include "url.hpp"

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <optional>

namespace pixelml {
namespace {

namespace json = boost::json;

// The input that "{{name}}" names; empty when the text is no placeholder.
std::string_view placeholder_name(std::string_view text) {
    if (text.size() > 4 && text.starts_with("{{") && text.ends_with("}}"))
        return text.substr(2, text.size() - 4);
    return {};
}

const json::value& mapped(std::string_view name, const json::value& value, const json::object& value_maps) {
    const auto* map = value_maps.if_contains(name);
    if (map == nullptr || !value.is_string())
        return value;
    const auto* replacement = map->as_object().if_contains(value.get_string());
    return replacement != nullptr ? *replacement : value;
}

// nullopt: an absent input, so the place of this value is left out.
std::optional<json::value> fill(const json::value& part, const json::object& inputs,
                                const json::object& value_maps, const json::storage_ptr& storage) {
    if (const auto* text = part.if_string()) {
        const auto name = placeholder_name(*text);
        if (name.empty())
            return json::value(part, storage);
        const auto* input = inputs.if_contains(name);
        if (input == nullptr)
            return std::nullopt;
        return json::value(mapped(name, *input, value_maps), storage);
    }
    if (const auto* object = part.if_object()) {
        json::object filled(storage);
        for (const auto& member : *object)
            if (auto value = fill(member.value(), inputs, value_maps, storage))
                filled[member.key()] = std::move(*value);
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

std::string path_of_job(std::string path, std::string_view job_id) {
    constexpr std::string_view placeholder = "{id}";
    if (const auto at = path.find(placeholder); at != std::string::npos)
        path.replace(at, placeholder.size(), percent_encoded_segment(job_id));
    return path;
}

} // namespace

json::value fill_template(const json::value& body_template, const json::object& inputs,
                          const json::object& value_maps, const json::storage_ptr& storage) {
    auto filled = fill(body_template, inputs, value_maps, storage);
    return filled ? std::move(*filled) : json::value(nullptr);
}

HttpRequest submit_request(const Binding& binding, std::string_view base_path, const Input& input,
                           std::string_view idempotency_key) {
    HttpRequest request;
    request.method = binding.submit_method;
    request.target = std::string(base_path) + binding.submit_path;
    request.headers = binding.headers;
    if (!binding.idempotency_header.empty())
        request.headers.emplace_back(binding.idempotency_header, idempotency_key);
    std::array<unsigned char, 4096> room; // NOLINT(cppcoreguidelines-pro-type-member-init): for the allocator
    json::monotonic_resource memory(room.data(), room.size());
    request.body = json::serialize(
        fill_template(binding.submit_body, values_by_name(input, &memory), binding.value_maps, &memory));
    return request;
}

HttpRequest job_request(const JobRequest& request, const Binding& binding, std::string_view base_path,
                        std::string_view target, std::string_view job_id, Hold hold) {
    HttpRequest out;
    out.method = request.method;
    out.target =
        target.empty() ? std::string(base_path) + path_of_job(request.path, job_id) : std::string(target);
    out.headers = binding.headers;
    if (hold == Hold::yes && request.prefer_wait_seconds > 0)
        out.headers.emplace_back("Prefer", "wait=" + std::to_string(request.prefer_wait_seconds));
    return out;
}

} // namespace pixelml
