#pragma once

#include "json/violation.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace job_engine {

// What may go wrong, in the order of a node's error table.
enum class ErrorCode {
    invalid_media_url,
    unsupported_media_format,
    media_too_large,
    model_not_available,
    input_too_vague,
    api_connection_error,
    processing_timeout,
    invalid_input,
    invalid_media_file,
    file_not_given,
    cannot_hand_over_file,
    invalid_connection,
    insufficient_credits,
    rate_limited,
    spending_limit,
    submission_unknown,
    generation_failed,
    invalid_api_response,
    cancelled,
    checkpoint_not_kept,
    nothing_to_collect,
    internal_error,
};

inline constexpr std::size_t error_codes = static_cast<std::size_t>(ErrorCode::internal_error) + 1;

// A row of a node's error table: how the node calls it, and what it tells people to do.
struct ErrorKind {
    ErrorCode id;
    const char* code;
    const char* type;
    const char* cause;
    const char* solution;
};
using ErrorTable = std::array<ErrorKind, error_codes>;

constexpr bool is_in_order(const ErrorTable& table) noexcept {
    for (std::size_t i = 0; i < table.size(); ++i)
        if (table[i].id != static_cast<ErrorCode>(i))
            return false;
    return true;
}

constexpr const ErrorKind& error_kind(ErrorCode code, const ErrorTable& table) noexcept {
    return table[static_cast<std::size_t>(code)];
}
std::optional<ErrorCode> error_code_named(std::string_view code, const ErrorTable& table) noexcept;

// Whether a run that ended so is worth repeating, unless more is known of it.
bool is_retryable(ErrorCode code) noexcept;

// Whether a run may have been billed.
enum class Charged { no, yes, unknown };

const char* charged_name(Charged charged) noexcept;

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

// An error that is as retryable as is_retryable() says.
Error make_error(ErrorCode code, std::string message);

boost::json::object to_json(const Error& error, const ErrorTable& table);

// The whole table, as the descriptor publishes it.
boost::json::array to_json(const ErrorTable& table);

template <class T>
using Result = boost::system::result<T, Error>;

// Something that the flow author should know although the run goes on.
struct Warning {
    std::string code;
    std::string message;

    friend bool operator==(const Warning&, const Warning&) = default;
};

} // namespace job_engine
