#include "api/binding.hpp"

#include "api/body_template.hpp"
#include "base/ascii.hpp"
#include "base/plain_text.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace job_engine {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& object, std::string_view name) {
    const auto* member = object.if_contains(name);
    return member != nullptr ? std::string(member->as_string()) : std::string();
}

std::vector<std::string> texts_of(const json::object& object, std::string_view name) {
    std::vector<std::string> texts;
    if (const auto* member = object.if_contains(name))
        for (const auto& text : member->as_array())
            texts.emplace_back(text.as_string());
    return texts;
}

std::optional<JobRequest> job_request_of(const json::object& object, std::string_view name) {
    const auto* member = object.if_contains(name);
    if (member == nullptr)
        return std::nullopt;
    const auto& request = member->as_object();
    JobRequest out{text_of(request, "method"), text_of(request, "path"), texts_of(request, "url")};
    if (const auto* use_location = request.if_contains("use_location"))
        out.use_location = use_location->as_bool();
    if (const auto* seconds = request.if_contains("prefer_wait_seconds"))
        out.prefer_wait_seconds = static_cast<int>(seconds->as_int64());
    return out;
}

void read_reply_part(const json::object& reply, Binding& binding) {
    binding.id = texts_of(reply, "id");
    binding.status = texts_of(reply, "status");
    binding.progress = texts_of(reply, "progress");
    binding.eta_seconds = texts_of(reply, "eta_seconds");
    binding.media = texts_of(reply, binding.product);
    binding.error_code = texts_of(reply, "error_code");
    binding.error_message = texts_of(reply, "error_message");
}

void read_status_words(const json::object& words, Binding& binding) {
    const std::pair<const char*, JobStatus> states[] = {{"queued", JobStatus::queued},
                                                        {"running", JobStatus::running},
                                                        {"success", JobStatus::succeeded},
                                                        {"failed", JobStatus::failed},
                                                        {"cancelled", JobStatus::cancelled}};
    for (const auto& [name, status] : states)
        for (auto& word : texts_of(words, name))
            binding.status_words.emplace(ascii_lower_case(std::move(word)), status);
}

bool is_header_name(const std::string& name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0
               || std::string_view("-_.!#$%&'*+^`|~").find(c) != std::string_view::npos;
    });
}

bool is_header_value(const std::string& value) {
    return std::all_of(value.begin(), value.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
}

bool is_path(const std::string& path) {
    return path.starts_with('/') && is_printable_without_space(path) && path.find('#') == std::string::npos;
}

// A misspelt place would send its braces instead of the key.
std::optional<std::string> fault_of_authorization(std::string_view value) {
    const auto at = value.find("{{");
    if (at == std::string_view::npos || value.substr(at).starts_with("{{api_key}}"))
        return std::nullopt;
    return "has the unknown placeholder " + plain_text(value.substr(at), 64) + "; there is {{api_key}}";
}

// What the schema cannot say: text that goes into a request line or header must not break out of it.
std::vector<Violation> unsafe_parts(const Binding& binding, std::span<const std::string> input_names) {
    std::vector<Violation> details;
    const auto check_path = [&](const char* where, const std::string& path) {
        if (!is_path(path))
            details.push_back({where, "must begin with / and hold only characters of a URL"});
    };
    const auto check_header = [&](const char* where, const std::string& name, const std::string& value) {
        if (!is_header_name(name) || !is_header_value(value))
            details.push_back({where, "must be a valid HTTP header"});
    };
    check_path("/submit/path", binding.submit_path);
    check_path("/poll/path", binding.poll.path);
    if (binding.result)
        check_path("/result/path", binding.result->path);
    if (binding.cancel)
        check_path("/cancel/path", binding.cancel->path);
    check_header("/authorization", binding.authorization_header, binding.authorization_value);
    if (!binding.idempotency_header.empty())
        check_header("/idempotency/header", binding.idempotency_header, "");
    for (const auto& [name, value] : binding.headers)
        check_header("/headers", name, value);
    if (auto fault = template_fault(binding.submit_body, input_names))
        details.push_back({"/submit/body", std::move(*fault)});
    if (auto fault = fault_of_authorization(binding.authorization_value))
        details.push_back({"/authorization/value", std::move(*fault)});
    return details;
}

Error invalid_binding(std::vector<Violation> details) {
    const auto& path = details.front().path;
    const auto where = path.empty() ? std::string("it") : path.substr(1);
    auto error = make_error(ErrorCode::invalid_connection, "The API binding of the connection is not valid: "
                                                               + where + " " + details.front().message + ".");
    for (auto& detail : details)
        detail.path.insert(0, "/api_binding");
    error.details = std::move(details);
    return error;
}

} // namespace

Result<std::shared_ptr<const Binding>> read_binding(const json::object& document, const BindingRules& rules) {
    if (auto details = rules.schema->validate(document); !details.empty())
        return invalid_binding(std::move(details));

    auto binding = std::make_shared<Binding>();
    binding->name = text_of(document, "name");
    binding->product = rules.product;
    binding->authorization_header = "Authorization";
    binding->authorization_value = "Bearer {{api_key}}";
    if (const auto* authorization = document.if_contains("authorization")) {
        binding->authorization_header = text_of(authorization->as_object(), "header");
        binding->authorization_value = text_of(authorization->as_object(), "value");
    }
    if (const auto* headers = document.if_contains("headers"))
        for (const auto& header : headers->as_object())
            binding->headers.emplace_back(header.key(), header.value().as_string());
    const auto& submit = document.at("submit").as_object();
    binding->submit_method = text_of(submit, "method");
    binding->submit_path = text_of(submit, "path");
    binding->submit_body = submit.at("body").as_object();
    binding->poll = *job_request_of(document, "poll");
    binding->result = job_request_of(document, "result");
    binding->cancel = job_request_of(document, "cancel");
    read_reply_part(document.at("reply").as_object(), *binding);
    read_status_words(document.at("status_words").as_object(), *binding);
    if (const auto* idempotency = document.if_contains("idempotency")) {
        binding->idempotency_header = text_of(idempotency->as_object(), "header");
        binding->idempotency_honoured = idempotency->as_object().at("honoured").as_bool();
    }
    if (const auto* codes = document.if_contains("error_codes"))
        for (const auto& code : codes->as_object())
            if (const auto known = error_code_named(code.value().as_string(), *rules.errors))
                binding->error_codes.emplace(code.key(), *known);
    if (const auto* largest = document.if_contains(rules.media_limit))
        binding->max_media_bytes = largest->to_number<std::uint64_t>();
    if (const auto* maps = document.if_contains("value_maps"))
        binding->value_maps = maps->as_object();

    if (auto details = unsafe_parts(*binding, rules.input_names); !details.empty())
        return invalid_binding(std::move(details));
    return std::shared_ptr<const Binding>(std::move(binding));
}

} // namespace job_engine
