#include "reply.hpp"

#include "ascii.hpp"
#include "json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace pixelml {
namespace {

namespace json = boost::json;

constexpr std::size_t max_id_bytes = 1024;
constexpr std::size_t max_message_bytes = 500;
constexpr std::size_t max_target_bytes = 2048; // so that a checkpoint stays small

const json::value* at_pointer(const json::value& document, const std::string& pointer) {
    boost::system::error_code ec;
    return document.find_pointer(pointer, ec);
}

std::string text_at(const json::value& document, const std::string& pointer, std::size_t max_bytes) {
    const auto* value = at_pointer(document, pointer);
    if (value != nullptr && value->is_string() && value->get_string().size() <= max_bytes)
        return std::string(value->get_string());
    return value != nullptr && value->is_int64() ? std::to_string(value->get_int64()) : std::string();
}

std::string text_at(const json::value& document, const Pointers& pointers, std::size_t max_bytes) {
    for (const auto& pointer : pointers)
        if (auto text = text_at(document, pointer, max_bytes); !text.empty())
            return text;
    return {};
}

std::optional<double> number_at(const json::value& document, const Pointers& pointers) {
    for (const auto& pointer : pointers) {
        const auto* value = at_pointer(document, pointer);
        if (value == nullptr || !value->is_number())
            continue;
        const auto number = value->to_number<double>();
        if (std::isfinite(number) && number >= 0)
            return number;
    }
    return std::nullopt;
}

// Text of the API goes to people and logs: one line, no control characters, not cut inside a character.
std::string presentable(std::string_view text) {
    std::string out;
    for (const unsigned char c : text.substr(0, max_message_bytes))
        out += c < 0x20 || c == 0x7f ? ' ' : static_cast<char>(c);
    if (text.size() > max_message_bytes) {
        while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0U) == 0x80U)
            out.pop_back();
        if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xC0U)
            out.pop_back();
        out += "...";
    }
    return out;
}

// For the middle of a sentence of ours, which brings its own full stop.
std::string clause(std::string_view text) {
    auto out = presentable(text);
    if (out.ends_with('.') && !out.ends_with("..."))
        out.pop_back();
    return out;
}

std::string first_text(const json::object& object, std::initializer_list<std::string_view> names) {
    for (const auto name : names)
        if (const auto* value = object.if_contains(name); value != nullptr && value->is_string())
            return std::string(value->get_string());
    return {};
}

struct ApiError {
    std::string code;
    std::string message;
    std::vector<ErrorDetail> details;
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
    const auto document = parse_json(body);
    if (!document || !document->is_object())
        return error;
    const auto& object = document->get_object();
    error.code = text_at(*document, binding.error_code, max_id_bytes);
    error.message = text_at(*document, binding.error_message, max_json_bytes);

    const auto* nested = object.if_contains("error");
    const auto* detail = object.if_contains("detail");
    if (nested != nullptr && nested->is_object()) {
        const auto& inner = nested->get_object();
        if (error.code.empty())
            error.code = first_text(inner, {"code", "type"});
        if (error.message.empty())
            error.message = first_text(inner, {"message", "detail"});
    } else if (error.message.empty() && nested != nullptr && nested->is_string()) {
        error.message = std::string(nested->get_string());
    }
    if (error.message.empty() && detail != nullptr && detail->is_array())
        read_violations(detail->get_array(), error);
    if (error.code.empty())
        error.code = first_text(object, {"code", "type"});
    if (error.message.empty())
        error.message = first_text(object, {"message", "detail", "title"});
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
        return ErrorCode::image_too_large;
    case 415:
        return ErrorCode::unsupported_image_format;
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
    const auto known = binding.error_codes.find(api_code);
    return known != binding.error_codes.end() ? known->second : fallback;
}

} // namespace

std::optional<JobReply> read_job_reply(const HttpReply& reply, const Binding& binding, const Origin& origin,
                                       std::string_view request_target) {
    std::array<unsigned char, 4096> room; // NOLINT(cppcoreguidelines-pro-type-member-init): for the allocator
    json::monotonic_resource memory(room.data(), room.size());
    const auto document = parse_json(reply.body, &memory);
    if (!document || !document->is_object())
        return std::nullopt;
    JobReply job;
    job.id = text_at(*document, binding.id, max_id_bytes);
    job.status_word = presentable(text_at(*document, binding.status, max_id_bytes));
    if (const auto word = binding.status_words.find(ascii_lower_case(job.status_word));
        word != binding.status_words.end())
        job.status = word->second;
    if (const auto progress = number_at(*document, binding.progress))
        job.progress = std::min(*progress, 1.0);
    job.eta_seconds = number_at(*document, binding.eta_seconds);
    job.video = text_at(*document, binding.video, max_json_bytes);
    job.error_code = text_at(*document, binding.error_code, max_id_bytes);
    job.error_message = presentable(text_at(*document, binding.error_message, max_json_bytes));

    const auto usable = [&](std::string_view reference) {
        if (reference.empty())
            return std::string();
        auto target = same_origin_target(origin, request_target, reference).value_or("");
        return target.size() <= max_target_bytes ? target : std::string();
    };
    const auto target_of = [&](const JobRequest& request) {
        for (const auto& pointer : request.url)
            if (auto target = usable(text_at(*document, pointer, max_json_bytes)); !target.empty())
                return target;
        return request.use_location ? usable(reply.location) : std::string();
    };
    job.targets.poll = target_of(binding.poll);
    if (binding.result)
        job.targets.result = target_of(*binding.result);
    if (binding.cancel)
        job.targets.cancel = target_of(*binding.cancel);
    return job;
}

Error error_of_reply(const HttpReply& reply, const Binding& binding) {
    const auto api = read_error_body(reply.body, binding);
    auto message = what_the_status_means(reply.status, binding.name);
    if (!api.message.empty())
        message += ": " + clause(api.message);
    auto error = make_error(mapped(api.code, binding, code_of_status(reply.status)),
                            message + " (HTTP " + std::to_string(reply.status) + ").");
    if (error.code == ErrorCode::api_connection_error)
        error.retryable = reply.status >= 500;
    error.http_status = reply.status;
    error.request_id = presentable(reply.request_id);
    if (reply.retry_after)
        error.retry_after_ms = reply.retry_after->count();
    error.details = api.details;
    return error;
}

Error error_of_failed_job(const JobReply& job, const Binding& binding) {
    const auto code = mapped(job.error_code, binding, ErrorCode::generation_failed);
    auto message = binding.name + " could not make the video";
    if (!job.error_message.empty())
        message += ": " + clause(job.error_message);
    else if (!job.error_code.empty())
        message += ": " + presentable(job.error_code);
    auto error = make_error(code, message + ".");
    error.charged = Charged::unknown;
    error.job_id = job.id;
    return error;
}

} // namespace pixelml
