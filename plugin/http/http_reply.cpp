#include "http/http_reply.hpp"

#include "http/retry_after.hpp"

#include <boost/beast/http/error.hpp>

#include <string_view>
#include <utility>

namespace job_engine {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

constexpr int max_interim_replies = 8;
constexpr std::size_t max_request_id = 256;
constexpr std::size_t max_content_type = 256;

std::string header(const http::fields& fields, std::string_view name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : std::string(found->value());
}

} // namespace

error_code feed(http::basic_parser<false>& parser, boost::beast::flat_buffer& buffer, Until until) {
    for (bool fed = false;; fed = true) {
        const bool enough = until == Until::header ? parser.is_header_done() : parser.is_done();
        if (enough || (fed && until == Until::more))
            return {};
        if (buffer.size() == 0)
            return http::error::need_more;
        error_code error;
        buffer.consume(parser.put(buffer.data(), error)); // stops after each part of the message
        if (error)
            return error;
    }
}

HttpReplyParser::HttpReplyParser() {
    begin();
}

void HttpReplyParser::begin() {
    parser_.emplace();
    parser_->header_limit(http_header_limit);
    parser_->body_limit(http_body_limit);
}

bool HttpReplyParser::skip_interim() {
    if (parser_->get().result_int() >= 200 || ++interim_replies_ > max_interim_replies)
        return false;
    begin();
    return true;
}

std::optional<std::string> HttpReplyParser::fault() const {
    if (parser_->get().result_int() < 200)
        return "it never came to an end of its interim replies";
    const auto encoding = header(parser_->get(), "Content-Encoding");
    if (!encoding.empty() && encoding != "identity")
        return "its body is compressed, which was not asked for";
    return std::nullopt;
}

HttpReply HttpReplyParser::take(std::int64_t now_utc, const std::vector<std::string>& request_id_headers,
                                bool for_trace) {
    auto reply = parser_->release();
    HttpReply out;
    out.status = static_cast<int>(reply.result_int());
    out.location = header(reply, "Location");
    for (const auto& name : request_id_headers)
        if (out.request_id.empty())
            out.request_id = header(reply, name).substr(0, max_request_id);
    for (const auto* name : {"X-Request-Id", "Request-Id", "X-Fal-Request-Id"})
        if (out.request_id.empty())
            out.request_id = header(reply, name).substr(0, max_request_id);
    out.retry_after = parse_retry_after(header(reply, "Retry-After"), now_utc);
    if (for_trace)
        out.content_type = header(reply, "Content-Type").substr(0, max_content_type);
    out.body = std::move(reply.body());
    return out;
}

std::optional<std::string> reply_fault(const error_code& error) {
    if (error == http::error::body_limit)
        return "its body is larger than 1 MiB";
    if (error == http::error::header_limit)
        return "its header is larger than 16 KiB";
    // Beast's own errors are about what the peer said; others about the connection.
    if (error.category() == http::make_error_code(http::error::bad_version).category()
        && error != http::error::end_of_stream && error != http::error::partial_message)
        return "it is not valid HTTP (" + error.message() + ")";
    return std::nullopt;
}

} // namespace job_engine
