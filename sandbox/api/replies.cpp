#include "api/replies.hpp"

#include "api/routes.hpp"

#include <boost/beast/http/verb.hpp>

#include <utility>

namespace sandbox {
namespace {

namespace http = boost::beast::http;

constexpr int retry_after_seconds = 5;

} // namespace

Reply embedded_reply(std::string content_type, const char* text) {
    Reply reply;
    reply.content_type = std::move(content_type);
    reply.body = text;
    // Everything the page needs comes from this server; scripts in the page's text could not run.
    reply.headers.emplace_back("Content-Security-Policy",
                               "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                               "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                               "frame-ancestors 'none'");
    reply.headers.emplace_back("Referrer-Policy", "no-referrer");
    return reply;
}

Reply file_reply(std::filesystem::path path, std::string content_type) {
    Reply reply;
    reply.file = std::move(path);
    reply.content_type = std::move(content_type);
    return reply;
}

Reply redirect(const std::string& location) {
    Reply reply;
    reply.status = http::status::temporary_redirect;
    reply.headers.emplace_back("Location", location);
    return reply;
}

Reply not_found() {
    return error_reply(http::status::not_found, {"not_found", "There is nothing at this address."});
}

Reply job_not_found(const std::string& id) {
    return error_reply(http::status::not_found,
                       {"job_not_found", "There is no job " + id
                                             + "; the sandbox keeps the newest 1000 jobs, until it stops."});
}

Reply method_not_allowed(Resource resource) {
    std::string allowed;
    for (const http::verb method : allowed_methods(resource))
        allowed += (allowed.empty() ? "" : ", ") + std::string(http::to_string(method));
    Reply reply = error_reply(http::status::method_not_allowed,
                              {"method_not_allowed", "This address accepts only " + allowed + "."});
    reply.headers.emplace_back("Allow", allowed);
    return reply;
}

Reply unauthorised() {
    Reply reply =
        error_reply(http::status::unauthorized,
                    {"unauthorized", "The API key is missing or wrong; send \"Authorization: Bearer KEY\"."});
    reply.headers.emplace_back("WWW-Authenticate", "Bearer");
    return reply;
}

Reply model_not_available(std::string message) {
    Reply reply = error_reply(http::status::service_unavailable, {"model_not_available", std::move(message)});
    reply.headers.emplace_back("Retry-After", std::to_string(retry_after_seconds));
    return reply;
}

// The answers of faults that prevent a request from being carried out.
std::optional<Reply> reply_before(const Fault& fault) {
    const auto with_retry_after = [&](http::status status, const ApiError& error) {
        Reply reply = error_reply(status, error);
        reply.headers.emplace_back("Retry-After", std::to_string(fault.retry_after.count()));
        return reply;
    };
    switch (fault.kind) {
    case FaultKind::too_many_requests:
        return with_retry_after(http::status::too_many_requests,
                                {"rate_limited", "Too many requests (a fault switch of the sandbox)."});
    case FaultKind::unavailable:
        return with_retry_after(http::status::service_unavailable,
                                {"service_unavailable", "Unavailable (a fault switch of the sandbox)."});
    case FaultKind::drop_before:
        return reset_reply();
    default:
        return std::nullopt;
    }
}

// What becomes of the answer to a request that has been carried out.
Reply reply_after(const Fault& fault, Reply reply) {
    switch (fault.kind) {
    case FaultKind::bad_gateway:
        return error_reply(http::status::bad_gateway,
                           {"bad_gateway", "Bad gateway (a fault switch of the sandbox)."});
    case FaultKind::internal_error:
        return error_reply(http::status::internal_server_error,
                           {"internal_error", "Internal error (a fault switch of the sandbox)."});
    case FaultKind::drop_after:
        return reset_reply();
    case FaultKind::broken_body:
        reply.status = http::status::ok;
        reply.body.resize(reply.body.size() / 2);
        return reply;
    case FaultKind::stalled_body:
        reply.ending = Reply::Ending::stalled;
        reply.stall = fault.delay;
        return reply;
    default:
        return reply;
    }
}

} // namespace sandbox
