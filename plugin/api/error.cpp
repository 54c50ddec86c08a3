#include "api/error.hpp"

#include <algorithm>
#include <utility>

namespace job_engine {
namespace {

boost::json::value text_or_null(const std::string& text) {
    return text.empty() ? boost::json::value(nullptr) : boost::json::value(text);
}

} // namespace

const char* charged_name(Charged charged) noexcept {
    switch (charged) {
    case Charged::no:
        return "no";
    case Charged::yes:
        return "yes";
    case Charged::unknown:
        break;
    }
    return "unknown";
}

std::optional<ErrorCode> error_code_named(std::string_view code, const ErrorTable& table) noexcept {
    const auto* row =
        std::find_if(table.begin(), table.end(), [&](const auto& kind) { return kind.code == code; });
    return row == table.end() ? std::nullopt : std::optional(row->id);
}

bool is_retryable(ErrorCode code) noexcept {
    switch (code) {
    case ErrorCode::model_not_available:
    case ErrorCode::api_connection_error:
    case ErrorCode::processing_timeout:
    case ErrorCode::rate_limited:
    case ErrorCode::spending_limit:
    case ErrorCode::checkpoint_not_kept:
        return true;
    default:
        return false;
    }
}

Error make_error(ErrorCode code, std::string message) {
    Error error;
    error.code = code;
    error.message = std::move(message);
    error.retryable = is_retryable(code);
    return error;
}

boost::json::object to_json(const Error& error, const ErrorTable& table) {
    const auto& kind = error_kind(error.code, table);
    boost::json::array details;
    for (const auto& detail : error.details)
        details.push_back(boost::json::object{{"path", detail.path}, {"message", detail.message}});
    boost::json::object out;
    out["type"] = kind.type;
    out["code"] = kind.code;
    out["message"] = error.message;
    out["cause"] = kind.cause;
    out["solution"] = kind.solution;
    out["retryable"] = error.retryable;
    out["retry_after_ms"] =
        error.retry_after_ms ? boost::json::value(*error.retry_after_ms) : boost::json::value(nullptr);
    out["charged"] = charged_name(error.charged);
    out["http_status"] =
        error.http_status != 0 ? boost::json::value(error.http_status) : boost::json::value(nullptr);
    out["request_id"] = text_or_null(error.request_id);
    out["job_id"] = text_or_null(error.job_id);
    out["details"] = std::move(details);
    return out;
}

boost::json::array to_json(const ErrorTable& table) {
    boost::json::array rows;
    for (const auto& kind : table)
        rows.push_back(boost::json::object{{"code", kind.code},
                                           {"type", kind.type},
                                           {"cause", kind.cause},
                                           {"solution", kind.solution},
                                           {"retryable", is_retryable(kind.id)}});
    return rows;
}

} // namespace job_engine
