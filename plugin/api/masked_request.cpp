#include "api/masked_request.hpp"

#include "api/request_headers.hpp"
#include "base/ascii.hpp"
#include "base/secret.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace job_engine {
namespace {

namespace json = boost::json;

// A binding that comes with a connection may have secrets of its own in its headers and its paths; these say
// nothing.
bool is_harmless(std::string_view header) {
    constexpr std::array<std::string_view, 6> names{"accept",      "content-type",    "user-agent",
                                                    "traceparent", "idempotency-key", "prefer"};
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return ascii_equal_ignoring_case(name, header); });
}

// "Bearer ***": the scheme alone. The secret itself is not even read.
std::string masked_authorization(std::string_view pattern) {
    const auto space = pattern.find(' ');
    return std::string(pattern.substr(0, space != std::string_view::npos ? space + 1 : 0))
           + std::string(secret_mask);
}

} // namespace

std::string MaskedRequest::url(const HttpRequest& request) const {
    auto url = address(connection_.origin.text() + request.target);
    const bool key_is_in_query = !connection_.binding->authorization_query.empty();
    if (key_is_in_query && url.find('?') == std::string::npos)
        url += "?" + std::string(secret_mask);
    return url;
}

json::object MaskedRequest::headers(const HttpRequest& request) const {
    const auto& binding = *connection_.binding;
    json::object headers;
    write_headers(request, user_agent_, [&](std::string_view name, std::string_view value) {
        const bool is_shown =
            is_harmless(name) || ascii_equal_ignoring_case(name, binding.idempotency_header);
        headers[name] = is_shown ? text(value) : std::string(secret_mask);
    });
    if (!binding.authorization_header.empty())
        headers[binding.authorization_header] = masked_authorization(binding.authorization_value);
    return headers;
}

std::string MaskedRequest::text(std::string_view text) const {
    return without_url_signatures(
        without_secret(without_secrets(std::string(text), connection_.secrets), signature_));
}

json::value
MaskedRequest::json(json::value&& value) const { // NOLINT(misc-no-recursion): as deep as JSON may be
    if (auto* string = value.if_string()) {
        *string = text(*string);
    } else if (auto* array = value.if_array()) {
        for (auto& element : *array)
            element = json(std::move(element));
    } else if (auto* object = value.if_object()) {
        json::object masked;
        for (auto& member : *object)
            masked[text(member.key())] = json(std::move(member.value()));
        return masked;
    }
    return std::move(value);
}

std::string MaskedRequest::address(std::string_view url) const {
    const auto query = url.find('?');
    return text(url.substr(0, query))
           + (query != std::string_view::npos ? "?" + std::string(secret_mask) : std::string());
}

} // namespace job_engine
