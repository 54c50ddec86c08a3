#include "api/upload_request.hpp"

#include "api/body_template.hpp"
#include "api/form_body.hpp"
#include "api/reply_fields.hpp"
#include "api/request_faults.hpp"
#include "base/ascii.hpp"
#include "base/plain_text.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>

namespace job_engine {
namespace {

namespace json = boost::json;

constexpr std::size_t max_kept_bytes = std::size_t{8} << 10;
constexpr std::size_t max_form_fields = 64;

Error unusable(const Binding& binding, const std::string& what) {
    return make_error(ErrorCode::invalid_api_response,
                      "The file cannot be handed over to " + binding.name + ": " + what + ".");
}

std::string text_of_value(const json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

json::object values_of(const FileToUpload& file, const KeptOfUpload& kept) {
    auto values = kept;
    values[file_name_place] = file.name;
    values[file_type_place] = file.media_type;
    values[file_size_place] = file.bytes->size();
    return values;
}

std::string filled(std::string_view text, const json::object& values) {
    const auto out = fill_template({{"text", text}}, values);
    const auto* value = out.as_object().if_contains("text");
    return value != nullptr && !value->is_null() ? text_of_value(*value) : std::string();
}

// A connection with a base_url of its own speaks to something that stands for the service, e.g. a gateway:
// the service's other hosts stand there too, and its key is for nobody else.
bool stands_for_service(const Connection& connection) {
    const auto own = parse_http_url(connection.binding->base_url);
    return !own || !(own->origin == connection.origin);
}

std::optional<Error> address(UploadRequest& request, const UploadStep& step, const Connection& connection,
                             const json::object& values) {
    if (step.path.empty()) {
        const auto text = filled(step.url, values);
        const auto url = parse_http_url(text);
        const bool on_this_machine =
            connection.allow_insecure_loopback && is_loopback(connection.origin.host);
        const auto fault = url ? media_url_fault(*url, on_this_machine) : std::optional(url.error());
        if (fault)
            return unusable(*connection.binding, "the address for it that a reply names " + *fault);
        if (!url->user_info.empty())
            return unusable(*connection.binding, "the address for it that a reply names holds a password");
        request.origin = url->origin;
        request.target = url->target;
        request.is_told =
            !(url->origin == connection.origin) && !(on_this_machine && is_loopback(url->origin.host));
        return std::nullopt;
    }
    const auto path = fill_path(step.path, values);
    const bool is_elsewhere = step.origin && !(step.is_authorized && stands_for_service(connection));
    request.origin = is_elsewhere ? *step.origin : connection.origin;
    request.target = is_elsewhere ? path : connection.base_path + path;
    return std::nullopt;
}

bool is_content_type(const Headers::value_type& header) {
    return ascii_equal_ignoring_case(header.first, "content-type");
}

bool has_content_type(const Headers& headers) {
    return std::any_of(headers.begin(), headers.end(), is_content_type);
}

std::optional<Error> write_form(UploadRequest& request, const UploadStep& step, const Binding& binding,
                                const FileToUpload& file, const json::object& values) {
    auto& fields = request.fields;
    if (!step.form_from.empty()) {
        const auto& from = values.at(std::string(kept_prefix) + step.form_from);
        const auto* object = from.if_object();
        if (object == nullptr || object->size() > max_form_fields)
            return unusable(binding, "the fields that a reply names for its form are no object of at most "
                                         + std::to_string(max_form_fields));
        for (const auto& field : *object)
            fields.emplace_back(field.key(), text_of_value(field.value()));
    }
    const auto own = fill_template(step.form, values);
    for (const auto& field : own.as_object())
        fields.emplace_back(field.key(), text_of_value(field.value()));
    auto body = form_body(fields, step.file_field, file);
    request.head = std::move(body.head);
    request.tail = std::move(body.tail);
    request.sends_file = true;
    std::erase_if(request.headers, is_content_type); // only this one names the form's boundary
    request.headers.emplace_back("Content-Type", std::move(body.content_type));
    return std::nullopt;
}

// nullptr: none of them leads to anything.
const json::value* kept_value(const json::value& document, const Pointers& pointers) {
    for (const auto& pointer : pointers)
        if (const auto* value = at_pointer(document, pointer);
            value != nullptr && !value->is_null() && !(value->is_string() && value->get_string().empty()))
            return value;
    return nullptr;
}

std::string all_of(const Pointers& pointers) {
    std::string all;
    for (const auto& pointer : pointers)
        all += (all.empty() ? "" : ", ") + pointer;
    return all;
}

} // namespace

Result<UploadRequest> upload_request(const UploadStep& step, const Connection& connection,
                                     const FileToUpload& file, const KeptOfUpload& kept) {
    const auto& binding = *connection.binding;
    const auto values = values_of(file, kept);
    UploadRequest out;
    out.method = step.method;
    out.is_authorized = step.is_authorized;
    if (auto error = address(out, step, connection, values))
        return std::move(*error);
    if (step.is_authorized)
        out.headers = binding.headers;
    for (const auto& [name, value] : step.headers) {
        auto text = filled(value, values);
        if (header_fault(name, text))
            return unusable(binding, "a reply names a text for the header " + name + " that cannot be one");
        out.headers.emplace_back(name, std::move(text));
    }
    if (step.body) {
        out.head = json::serialize(fill_template(*step.body, values));
        if (!has_content_type(out.headers))
            out.headers.emplace_back("Content-Type", "application/json");
    } else if (step.file_is_body) {
        out.sends_file = true;
        if (!has_content_type(out.headers))
            out.headers.emplace_back("Content-Type", file.media_type);
    } else if (!step.file_field.empty()) {
        if (auto error = write_form(out, step, binding, file, values))
            return std::move(*error);
    }
    return out;
}

std::optional<Error> keep_of_reply(const UploadStep& step, std::string_view body, const Binding& binding,
                                   KeptOfUpload& kept) {
    if (step.keep.empty())
        return std::nullopt;
    const auto document = parse_reply(body, binding);
    if (!document)
        return unusable(binding, "its reply to the upload is no JSON object");
    for (const auto& [name, pointers] : step.keep) {
        const auto* value = kept_value(*document, pointers);
        if (value == nullptr)
            return unusable(binding, "its reply to the upload has no " + name + " at " + all_of(pointers));
        if (json::serialize(*value).size() > max_kept_bytes)
            return unusable(binding, "the " + name + " of its reply to the upload is longer than 8 KiB");
        kept[std::string(kept_prefix) + name] = *value;
    }
    return std::nullopt;
}

Result<std::string> uploaded_value(const FileRules& rules, const Binding& binding, const KeptOfUpload& kept) {
    auto value = filled(rules.url, kept);
    if (value.empty() || value.size() > max_uploaded_value_bytes || !is_printable_without_space(value))
        return unusable(binding, "its replies to the upload name no address of the file that can be sent on");
    return value;
}

} // namespace job_engine
