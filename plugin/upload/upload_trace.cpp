#include "upload/upload_trace.hpp"

#include "api/api_text.hpp"
#include "api/masked_request.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>
#include <variant>

namespace job_engine {
namespace {

namespace json = boost::json;

json::object reply_object(const HttpReply& reply, const Connection& connection) {
    json::object out{{"status", reply.status}, {"headers", json::object()}, {"body", nullptr}};
    if (!is_success(reply.status))
        out["body"] = presentable(MaskedRequest(connection, {}, reply.signature).text(reply.body));
    return out;
}

} // namespace

std::string trace_line(const TracedUpload& upload, const Connection& connection,
                       std::string_view user_agent) {
    const MaskedRequest mask(connection, user_agent);
    HttpRequest sent;
    sent.headers = upload.request.headers;
    auto headers = mask.headers(sent);
    if (!upload.request.is_authorized)
        headers.erase(connection.binding->authorization_header);
    json::object line{{"run", mask.text(upload.run_key)},
                      {"purpose", "upload"},
                      {"method", upload.request.method},
                      {"url", mask.address(upload.request.origin.text() + upload.request.target)},
                      {"milliseconds", upload.took.count()},
                      {"request", json::object{{"headers", std::move(headers)},
                                               {"body", nullptr},
                                               {"body_bytes", upload.body_bytes}}}};
    if (const auto* failure = std::get_if<TransportFailure>(&upload.answered))
        line["failure"] = json::object{{"kind", kind_name(failure->kind)},
                                       {"message", mask.text(failure->message)},
                                       {"may_have_arrived", failure->may_have_arrived}};
    else
        line["reply"] = reply_object(std::get<HttpReply>(upload.answered), connection);
    return json::serialize(line);
}

} // namespace job_engine
