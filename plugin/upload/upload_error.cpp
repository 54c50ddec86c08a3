#include "upload/upload_error.hpp"

#include "api/api_text.hpp"
#include "api/reply.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace job_engine {
namespace {

using Kind = TransportFailure::Kind;

// Of the XML by which storages say no: <Error><Code>AccessDenied</Code><Message>...</Message></Error>.
std::string_view xml_text(std::string_view document, std::string_view name) {
    const auto opening = "<" + std::string(name) + ">";
    const auto begin = document.find(opening);
    if (begin == std::string_view::npos)
        return {};
    const auto text = document.substr(begin + opening.size());
    const auto end = text.find("</");
    return end == std::string_view::npos ? std::string_view() : text.substr(0, end);
}

std::string status_of(const HttpReply& reply) {
    return "HTTP " + std::to_string(reply.status);
}

// " (AccessDenied: Access Denied, HTTP 403)"
std::string words_of_storage(const HttpReply& reply) {
    auto words = presentable(xml_text(reply.body, "Code"), 64);
    if (const auto message = clause(xml_text(reply.body, "Message")); !message.empty())
        words += (words.empty() ? "" : ": ") + message;
    return " (" + words + (words.empty() ? "" : ", ") + status_of(reply) + ")";
}

Error with_reply(Error error, const HttpReply& reply) {
    error.http_status = reply.status;
    error.request_id = presentable(reply.request_id);
    if (reply.retry_after)
        error.retry_after_ms = reply.retry_after->count();
    return error;
}

bool is_redirect(const HttpReply& reply) {
    return reply.status >= 300 && reply.status < 400;
}

// What people can do about a storage's refusal, by its code.
struct Advice {
    std::string_view code;
    const char* member; // of the connection's storage
    const char* text;
};

constexpr std::array<Advice, 10> advice{{
    {"InvalidAccessKeyId", "access_key", "does not know the access_key: check that it is of this storage"},
    {"SignatureDoesNotMatch", "secret_key",
     "does not accept the signature: check that secret_key belongs to access_key, and that region and "
     "bucket_in_host are as the storage wants them"},
    {"NoSuchBucket", "bucket",
     "has no such bucket: create it, or correct bucket, or bucket_in_host if the storage wants the bucket "
     "elsewhere in the address"},
    {"AccessDenied", "bucket",
     "does not let the access_key write there: allow it s3:PutObject and s3:GetObject for the objects below "
     "the prefix"},
    {"AllAccessDisabled", "bucket", "has disabled the bucket"},
    {"PermanentRedirect", "region", "has the bucket in another region: correct region or endpoint"},
    {"TemporaryRedirect", "region", "has the bucket in another region: correct region or endpoint"},
    {"AuthorizationHeaderMalformed", "region", "expects another region: correct region"},
    {"AuthorizationQueryParametersError", "region", "expects another region: correct region"},
    {"InvalidBucketName", "bucket", "takes no bucket of this name: correct bucket"},
}};

// AWS says of a signature that is too old or too new only AccessDenied, with this message.
bool is_about_the_clock(const HttpReply& reply) {
    const auto message = xml_text(reply.body, "Message");
    return xml_text(reply.body, "Code") == "RequestTimeTooSkewed"
           || message.find("not valid yet") != std::string_view::npos
           || message.find("has expired") != std::string_view::npos;
}

bool is_too_large(const HttpReply& reply) {
    return reply.status == 413 || xml_text(reply.body, "Code") == "EntityTooLarge";
}

const Advice* advice_for(const HttpReply& reply) {
    auto code = xml_text(reply.body, "Code");
    if (code.empty())
        code = reply.status == 404 ? "NoSuchBucket" : reply.status == 403 ? "AccessDenied" : "";
    if (code.empty() && is_redirect(reply))
        code = "PermanentRedirect";
    const auto* found =
        std::find_if(advice.begin(), advice.end(), [&](const Advice& known) { return known.code == code; });
    return found != advice.end() ? found : nullptr;
}

ErrorCode code_of(const HttpReply& reply) {
    if (is_too_large(reply))
        return ErrorCode::media_too_large;
    if (reply.status == 415)
        return ErrorCode::unsupported_media_format;
    return reply.status == 429 ? ErrorCode::rate_limited : ErrorCode::api_connection_error;
}

} // namespace

bool may_be_sent_again(const HttpReply& reply) noexcept {
    return reply.status >= 500 || reply.status == 429 || reply.status == 408 || reply.status == 425;
}

bool may_be_sent_again(const TransportFailure& failure) noexcept {
    return failure.kind == Kind::unreachable || failure.kind == Kind::broken
           || failure.kind == Kind::timed_out;
}

Error error_of_upload(const HttpReply& reply, const Binding& binding) {
    auto error = error_of_reply(reply, binding);
    error.message = "The file cannot be handed over: " + error.message;
    return error;
}

Error error_of_told_host(const HttpReply& reply, const std::string& host, const Binding& binding) {
    auto error =
        make_error(code_of(reply), host + ", where " + binding.name + " takes files, refused this one"
                                       + words_of_storage(reply) + ".");
    if (error.code == ErrorCode::api_connection_error)
        error.retryable = may_be_sent_again(reply);
    return with_reply(std::move(error), reply);
}

Error error_of_storage(const HttpReply& reply, const Storage& storage) {
    const auto name = "The storage " + storage.origin.authority();
    const auto words = words_of_storage(reply) + ".";
    if (is_about_the_clock(reply)) {
        auto error =
            make_error(ErrorCode::api_connection_error,
                       name + " finds that this machine's clock is wrong: set it by a time server" + words);
        error.retryable = false;
        return with_reply(std::move(error), reply);
    }
    if (may_be_sent_again(reply) || is_too_large(reply))
        return with_reply(
            make_error(code_of(reply),
                       name + (is_too_large(reply) ? " does not take so large a file" : " has a problem")
                           + words),
            reply);
    const auto* known = advice_for(reply);
    auto error = make_error(ErrorCode::invalid_connection,
                            name + " " + (known != nullptr ? known->text : "refused the file") + words);
    error.details = {{"/storage" + (known != nullptr ? "/" + std::string(known->member) : std::string()),
                      known != nullptr ? known->text : "refused the file"}};
    return with_reply(std::move(error), reply);
}

Error error_of_upload(const TransportFailure& failure, const std::string& receiver) {
    if (failure.kind == Kind::bad_reply)
        return make_error(ErrorCode::invalid_api_response,
                          "The reply of " + receiver + " to the file is unusable: " + failure.message + ".");
    auto error = make_error(ErrorCode::api_connection_error,
                            "The file cannot be handed over to " + receiver + ": " + failure.message + ".");
    error.retryable = may_be_sent_again(failure) || failure.kind == Kind::aborted;
    return error;
}

} // namespace job_engine
