#include "api/error.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace job_engine {
namespace {

constexpr std::array<ErrorKind, 18> table{{
    {ErrorCode::invalid_image_url, "invalid_image_url", "Invalid Image URL",
     "Image URL is not accessible or malformed",
     "Verify the image URL is publicly accessible and uses https:// protocol", false},
    {ErrorCode::unsupported_image_format, "unsupported_image_format", "Unsupported Image Format",
     "Image format not supported by the API", "Convert image to JPG or PNG format before processing", false},
    {ErrorCode::image_too_large, "image_too_large", "Image Too Large",
     "Input image exceeds maximum file size limit",
     "Resize or compress the image to reduce file size below API limits", false},
    {ErrorCode::model_not_available, "model_not_available", "Model Not Available",
     "Selected model is temporarily unavailable",
     "Try switching to an alternative model or retry after a few minutes", true},
    {ErrorCode::prompt_too_vague, "prompt_too_vague", "Prompt Too Vague",
     "Prompt doesn't provide enough motion guidance",
     "Be more specific about the type of motion and animation you want", false},
    {ErrorCode::api_connection_error, "api_connection_error", "API Connection Error",
     "Cannot connect to PixelML API service",
     "Check your PixelML connection configuration and API credentials", true},
    {ErrorCode::processing_timeout, "processing_timeout", "Processing Timeout",
     "Video generation taking longer than expected",
     "Complex animations may require more time; consider simpler prompts or lower resolution", true},
    {ErrorCode::invalid_input, "invalid_input", "Invalid Input",
     "The inputs do not match the node's input schema",
     "Correct the inputs that the details name; the node's page lists what each one takes", false},
    {ErrorCode::invalid_connection, "invalid_connection", "Invalid Connection",
     "The PixelML connection is incomplete or contradicts itself",
     "Correct the connection settings that the details name", false},
    {ErrorCode::insufficient_credits, "insufficient_credits", "Insufficient Credits",
     "The account has too few credits for this video",
     "Add credits to the PixelML account, or choose Pixel S or a lower resolution", false},
    {ErrorCode::rate_limited, "rate_limited", "Rate Limited",
     "The API accepts no more requests from this account for now",
     "Retry later, or run fewer videos at once (max_running in the connection)", true},
    {ErrorCode::spending_limit, "spending_limit", "Spending Limit",
     "The connection's own limit of videos in an hour is reached",
     "Check that no flow submits more than is meant, then run again after the time that the message names, "
     "or "
     "raise max_submits_per_hour in the connection",
     true},
    {ErrorCode::submission_unknown, "submission_unknown", "Submission Unknown",
     "The connection broke after the job was sent, so it may or may not exist and be billed",
     "Look at the PixelML account for a job of this time before running the node again", false},
    {ErrorCode::generation_failed, "generation_failed", "Generation Failed",
     "The API accepted the job but could not make the video",
     "Try another image or prompt; if it happens again, ask PixelML support, naming the job", false},
    {ErrorCode::invalid_api_response, "invalid_api_response", "Invalid API Response",
     "The API's reply is not what its binding describes",
     "Check base_url and the API binding of the connection; if they are right, report the reply to PixelML",
     false},
    {ErrorCode::cancelled, "cancelled", "Cancelled", "The run was cancelled",
     "Run the node again when the video is wanted after all", false},
    {ErrorCode::checkpoint_not_kept, "checkpoint_not_kept", "Checkpoint Not Kept",
     "The host could not keep the checkpoint without which a paid video could be lost",
     "Check that the host's checkpoint store is reachable and has room, then run again: nothing was "
     "submitted",
     true},
    {ErrorCode::internal_error, "internal_error", "Internal Error", "A defect in this module",
     "Report it, with the message and the log of the run", false},
}};

const char* word(Charged charged) noexcept {
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

boost::json::value text_or_null(const std::string& text) {
    return text.empty() ? boost::json::value(nullptr) : boost::json::value(text);
}

} // namespace

std::span<const ErrorKind> error_table() noexcept {
    return table;
}

const ErrorKind& error_kind(ErrorCode code) noexcept {
    return table[static_cast<std::size_t>(code)];
}

std::optional<ErrorCode> error_code_named(std::string_view code) noexcept {
    const auto* row =
        std::find_if(table.begin(), table.end(), [&](const auto& kind) { return kind.code == code; });
    return row == table.end() ? std::nullopt : std::optional(row->id);
}

Error make_error(ErrorCode code, std::string message) {
    Error error;
    error.code = code;
    error.message = std::move(message);
    error.retryable = error_kind(code).retryable;
    return error;
}

boost::json::object to_json(const Error& error) {
    const auto& kind = error_kind(error.code);
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
    out["charged"] = word(error.charged);
    out["http_status"] =
        error.http_status != 0 ? boost::json::value(error.http_status) : boost::json::value(nullptr);
    out["request_id"] = text_or_null(error.request_id);
    out["job_id"] = text_or_null(error.job_id);
    out["details"] = std::move(details);
    return out;
}

boost::json::array error_table_json() {
    boost::json::array rows;
    for (const auto& kind : table)
        rows.push_back(boost::json::object{{"code", kind.code},
                                           {"type", kind.type},
                                           {"cause", kind.cause},
                                           {"solution", kind.solution},
                                           {"retryable", kind.retryable}});
    return rows;
}

} // namespace job_engine
