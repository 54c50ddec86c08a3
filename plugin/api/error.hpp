#pragma once

#include "json/violation.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace job_engine {

// The rows of the error table, in its order.
enum class ErrorCode {
    invalid_image_url,
    unsupported_image_format,
    image_too_large,
    model_not_available,
    prompt_too_vague,
    api_connection_error,
    processing_timeout,
    invalid_input,
    invalid_connection,
    insufficient_credits,
    rate_limited,
    spending_limit,
    submission_unknown,
    generation_failed,
    invalid_api_response,
    cancelled,
    checkpoint_not_kept,
    internal_error,
};

// A row of the error table. The first seven carry the node page's own words.
struct ErrorKind {
    ErrorCode id;
    const char* code;
    const char* type;
    const char* cause;
    const char* solution;
    bool retryable;
};

std::span<const ErrorKind> error_table() noexcept;
const ErrorKind& error_kind(ErrorCode code) noexcept;
std::optional<ErrorCode> error_code_named(std::string_view code) noexcept;

// Whether a run may have been billed.
enum class Charged { no, yes, unknown };

// One failure of one run. Never holds a secret.
struct Error {
    ErrorCode code = ErrorCode::internal_error;
    std::string message;
    bool retryable = false;
    Charged charged = Charged::no;
    int http_status = 0; // 0: no HTTP reply is behind it
    std::optional<std::int64_t> retry_after_ms;
    std::string request_id;
    std::string job_id;
    std::vector<Violation> details;
};

// An error that is as retryable as its row of the table says.
Error make_error(ErrorCode code, std::string message);

boost::json::object to_json(const Error& error);

// The whole table, as the descriptor publishes it.
boost::json::array error_table_json();

template <class T>
using Result = boost::system::result<T, Error>;

// Something that the flow author should know although the run goes on.
struct Warning {
    std::string code;
    std::string message;

    friend bool operator==(const Warning&, const Warning&) = default;
};

} // namespace job_engine
