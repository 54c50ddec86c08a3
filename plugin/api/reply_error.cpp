// What the API's replies mean as errors.
#include "api/api_text.hpp"
#include "api/reply.hpp"
#include "api/reply_fields.hpp"
#include "base/ascii.hpp"
#include "base/plain_text.hpp"
#include "json/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace job_engine {
namespace {

namespace json = boost::json;

std::string first_text(const json::object& object, std::initializer_list<std::string_view> names) {
    for (const auto name : names)
        if (const auto* value = object.if_contains(name); value != nullptr && value->is_string())
            return std::string(value->get_string());
    return {};
}

struct ApiError {
    std::string code;
    std::string message;
    std::vector<Violation> details;
};

// FastAPI's {"detail": [{"loc": ["body", "image"], "msg": "..."}]}.
void read_violations(const json::array& violations, ApiError& error) {
    constexpr std::size_t most = 32;
    for (const auto& violation : violations) {
        const auto* object = violation.if_object();
        if (object == nullptr || error.details.size() == most)
            continue;
        std::string path;
        if (const auto* location = object->if_contains("loc"); location != nullptr && location->is_array())
            for (const auto& part : location->get_array())
                if (part.is_string() && part.get_string() != "body")
                    path += "/" + presentable(part.get_string());
        const auto message = presentable(first_text(*object, {"msg", "message"}));
        error.message +=
            (error.message.empty() ? "" : "; ") + (path.empty() ? "" : path.substr(1) + ": ") + message;
        error.details.push_back({path, message});
    }
}

ApiError read_error_body(const std::string& body, const Binding& binding) {
    ApiError error;
    const auto document = parse_reply(body, binding);
    if (!document)
        return error;
    error.code = error_code_at(*document, binding);
    error.message = text_at(*document, binding.error_message, max_json_bytes);
    if (binding.refusal) {
        if (!binding.listed_error(error.code) && is_refusal(*document, binding))
            error.code = text_at(*document, binding.refusal->code, max_id_bytes);
        if (error.message.empty())
            error.message = text_at(*document, binding.refusal->message, max_json_bytes);
    }
    const auto* detail = document->get_object().if_contains("detail");
    if (error.message.empty() && detail != nullptr && detail->is_array())
        read_violations(detail->get_array(), error);
    if (error.code.empty())
        error.code = usual_error_code(*document);
    if (error.code.empty())
        error.code = text_at(*document, "/type", max_id_bytes);
    if (error.message.empty())
        error.message = usual_error_message(*document);
    if (error.message.empty())
        error.message = text_at(*document, "/title", max_json_bytes);
    return error;
}

ErrorCode code_of_status(int status) {
    switch (status) {
    case 400:
    case 409:
    case 422:
        return ErrorCode::invalid_input;
    case 402:
        return ErrorCode::insufficient_credits;
    case 413:
        return ErrorCode::media_too_large;
    case 415:
        return ErrorCode::unsupported_media_format;
    case 408:
    case 425:
        return ErrorCode::api_connection_error; // as often as it was repeated: worth another run
    case 429:
        return ErrorCode::rate_limited;
    case 503:
        return ErrorCode::model_not_available;
    default:
        break;
    }
    return status >= 500 || status == 401 || status == 403 || status == 404 || status == 407
               ? ErrorCode::api_connection_error
               : ErrorCode::invalid_api_response;
}

std::string what_the_status_means(int status, const std::string& service) {
    switch (status) {
    case 401:
        return service + " does not accept the API key";
    case 402:
        return "The account has too few credits";
    case 403:
        return service + " does not allow this to the API key";
    case 404:
        return service + " does not know this address";
    case 429:
        return service + " accepts no more requests for now";
    default:
        return service + (status >= 500 ? " has a problem" : " refused the request");
    }
}

ErrorCode mapped(const std::string& api_code, const Binding& binding, ErrorCode fallback) {
    if (const auto listed = binding.listed_error(api_code))
        return *listed;
    // An empty account is said under any status; it is neither a busy API nor a broken one.
    constexpr std::array<std::string_view, 8> no_credits{
        "insufficient_credits", "insufficient_balance", "insufficient_credit", "insufficient_quota",
        "insufficient_funds",   "quota_exceeded",       "payment_required",    "out_of_credits"};
    const auto code = ascii_lower_case(trimmed(api_code));
    const bool is_empty = std::find(no_credits.begin(), no_credits.end(), code) != no_credits.end();
    return is_empty ? ErrorCode::insufficient_credits : fallback;
}

// A code in a body that is an HTTP status, as some APIs have it.
int status_in(const std::string& api_code) {
    int status = 0;
    const auto parsed = std::from_chars(api_code.data(), api_code.data() + api_code.size(), status);
    return parsed.ec == std::errc{} && status >= 400 && status < 600 ? status : 0;
}

} // namespace

std::optional<ErrorCode> listed_error(const HttpReply& reply, const Binding& binding) {
    return binding.listed_error(read_error_body(reply.body, binding).code);
}

Error error_of_reply(const HttpReply& reply, const Binding& binding) {
    const auto api = read_error_body(reply.body, binding);
    auto message = what_the_status_means(reply.status, binding.name);
    if (!api.message.empty())
        message += ": " + clause(api.message);
    auto error = make_error(mapped(api.code, binding, code_of_status(reply.status)),
                            message + " (HTTP " + std::to_string(reply.status) + ").");
    if (error.code == ErrorCode::api_connection_error)
        error.retryable = reply.status >= 500 || reply.status == 408 || reply.status == 425;
    error.http_status = reply.status;
    error.request_id = presentable(reply.request_id);
    if (reply.retry_after)
        error.retry_after_ms = reply.retry_after->count();
    error.details = api.details;
    return error;
}

Error error_of_refusal(const HttpReply& reply, const Binding& binding) {
    const auto api = read_error_body(reply.body, binding);
    const auto status = status_in(api.code);
    const auto fallback = status != 0 ? code_of_status(status) : ErrorCode::generation_failed;
    const auto& words = !api.message.empty() ? api.message : api.code;
    auto error =
        make_error(mapped(api.code, binding, fallback),
                   binding.name + " refused the request" + (words.empty() ? "" : ": " + clause(words))
                       + " (HTTP " + std::to_string(reply.status) + ").");
    error.retryable = error.retryable && error.code == ErrorCode::rate_limited;
    error.http_status = reply.status;
    error.request_id = presentable(reply.request_id);
    return error;
}

Error error_of_failed_job(const JobReply& job, const Binding& binding) {
    const auto code = mapped(job.error_code, binding, ErrorCode::generation_failed);
    auto message = binding.name + " could not make the " + binding.product;
    if (!job.error_message.empty())
        message += ": " + clause(job.error_message);
    else if (!job.error_code.empty())
        message += ": " + presentable(job.error_code);
    auto error = make_error(code, message + ".");
    error.charged = job.cost ? (*job.cost > 0 ? Charged::yes : Charged::no) : Charged::unknown;
    error.job_id = job.id;
    return error;
}

} // namespace job_engine
