#include "job/trace.hpp"

#include "api/masked_request.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>

namespace job_engine {
namespace {

namespace json = boost::json;

constexpr std::size_t max_shown = 4096;
constexpr std::size_t longest_secret = std::size_t{48} << 10; // as escaped as it may be

// At the beginning of a character, where the text is UTF-8.
std::string cut(std::string text) {
    if (text.size() <= max_shown)
        return text;
    auto end = max_shown;
    while (end > max_shown - 4 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    text.resize(end);
    return text + "...";
}

// bytes: of the whole body, whose beginning this may be.
void put_body(json::object& message, const MaskedRequest& mask, std::string_view body, std::size_t bytes) {
    auto text = mask.text(body);
    if (body.size() < bytes) // a secret of which the end is missing was not found
        text.resize(text.size() - std::min(text.size(), longest_secret));
    const bool is_cut = text.size() > max_shown || body.size() < bytes;
    message["body"] = cut(std::move(text));
    if (is_cut)
        message["body_bytes"] = bytes;
}

json::object reply_object(const HttpReply& reply, const MaskedRequest& mask) {
    json::object headers;
    const auto put = [&](const char* name, const std::string& value) {
        if (!value.empty())
            headers[name] = value;
    };
    put("Content-Type", mask.text(reply.content_type));
    put("Request-Id", mask.text(reply.request_id));
    put("Location", cut(mask.address(reply.location)));
    if (reply.retry_after)
        headers["Retry-After"] = std::to_string(reply.retry_after->count() / 1000);
    json::object out{{"status", reply.status}, {"headers", std::move(headers)}};
    put_body(out, mask, reply.body, reply.body.size());
    return out;
}

} // namespace

std::string trace_line(const TracedExchange& exchange, const Connection& connection,
                       std::string_view user_agent) {
    const auto* reply = std::get_if<HttpReply>(&exchange.exchanged);
    const MaskedRequest mask(connection, user_agent, reply != nullptr ? reply->signature : Secret());
    const auto& request = exchange.request;
    json::object sent{{"headers", mask.headers(request)}};
    if (request.body.empty())
        sent["body"] = nullptr;
    else
        put_body(sent, mask, request.body, exchange.body_bytes);
    json::object line{{"run", mask.text(exchange.run_key)},
                      {"purpose", request.purpose},
                      {"method", request.method},
                      {"url", cut(mask.url(request))},
                      {"milliseconds", exchange.took.count()},
                      {"request", std::move(sent)}};
    if (const auto* failure = std::get_if<TransportFailure>(&exchange.exchanged))
        line["failure"] = json::object{{"kind", kind_name(failure->kind)},
                                       {"message", mask.text(failure->message)},
                                       {"may_have_arrived", failure->may_have_arrived}};
    else
        line["reply"] = reply_object(*reply, mask);
    return json::serialize(line);
}

} // namespace job_engine
