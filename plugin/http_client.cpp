#include "http_client.hpp"

#include "http_connect.hpp"
#include "wire_bytes.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <ctime>
#include <string_view>
#include <utility>

namespace pixelml {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Kind = TransportFailure::Kind;
using WireRequest = http::request<http::string_body, WipingFields>;

WireRequest wire_request(const HttpRequest& request, const Connection& connection,
                         const std::string& user_agent) {
    WireRequest out;
    out.version(11);
    out.method_string(request.method);
    out.target(request.target);
    out.set(http::field::host, connection.origin.authority());
    out.set(http::field::user_agent, user_agent);
    out.set(http::field::accept, "application/json");
    out.set(connection.binding->authorization_header, connection.authorization.view());
    for (const auto& [name, value] : request.headers)
        out.set(name, value);
    if (!request.body.empty()) {
        out.set(http::field::content_type, "application/json");
        out.body() = request.body;
    }
    out.prepare_payload();
    return out;
}

asio::awaitable<Exchanged> write_and_read(HttpConnection& connection, WireBytes request,
                                          HttpExchange& exchange, bool& keep) {
    exchange.sent = true;
    if (const auto ec = co_await connection.write(asio::buffer(request)); ec)
        co_return exchange.failure(Kind::broken,
                                   "the connection broke while the request was sent (" + ec.message() + ")");
    request = {};

    HttpReplyParser reply;
    do {
        const auto ec = co_await connection.read(reply.parser(), Until::end);
        if (const auto fault = reply_fault(ec))
            co_return exchange.failure(Kind::bad_reply, *fault);
        if (ec)
            co_return exchange.failure(Kind::broken, "the connection broke before the reply was complete ("
                                                         + ec.message() + ")");
    } while (reply.skip_interim());
    if (const auto fault = reply.fault())
        co_return exchange.failure(Kind::bad_reply, *fault);
    keep = reply.keep_alive() && connection.buffer.size() == 0;
    co_return reply.take(static_cast<std::int64_t>(std::time(nullptr)));
}

} // namespace

struct HttpClient::Call {
    const HttpRequest& request;
    const Connection& settings;
    HttpExchange& exchange;
};

HttpClient::HttpClient(asio::io_context& io, Resolver& resolver, std::size_t most_connections,
                       std::string user_agent)
    : io_(io), resolver_(resolver), user_agent_(std::move(user_agent)),
      pool_(std::make_shared<ConnectionPool>(io, most_connections)) {}

HttpClient::~HttpClient() {
    pool_->close_idle();
}

asio::awaitable<Exchanged> HttpClient::send(HttpRequest request, std::shared_ptr<const Connection> connection,
                                            std::shared_ptr<HttpExchange> exchange) {
    ConnectionPool::Place place(*pool_);
    const bool granted = co_await place.wait(*exchange, request.needs_fresh_connection);
    if (!granted)
        co_return exchange->failure(Kind::aborted, {});
    const HttpExchange::TimeLimit limit(exchange, request.timeout);
    const Call call{request, *connection, *exchange};
    co_return co_await send_on(place, call);
}

asio::awaitable<Exchanged> HttpClient::send_on(ConnectionPool::Place& place, const Call& call) {
    if (place.connection == nullptr)
        if (auto failure = co_await open(place.connection, call))
            co_return *failure;
    const bool reused = place.connection->reused;
    auto exchanged = co_await talk(*place.connection, call, place.keep);
    // The server may have closed an idle connection just now; a read is asked again on a new one.
    const auto* failure = std::get_if<TransportFailure>(&exchanged);
    if (reused && failure != nullptr && failure->kind == Kind::broken && call.request.method == "GET") {
        if (auto unopened = co_await open(place.connection, call))
            co_return *unopened;
        exchanged = co_await talk(*place.connection, call, place.keep);
    }
    co_return exchanged;
}

asio::awaitable<std::optional<TransportFailure>> HttpClient::open(std::unique_ptr<HttpConnection>& connection,
                                                                  const Call& call) {
    SSL_CTX* context = nullptr;
    if (call.settings.origin.tls) {
        std::string failure;
        context = tls_context(call.settings.ca_file, failure);
        if (context == nullptr)
            co_return call.exchange.failure(Kind::tls, std::move(failure));
    }
    connection = std::make_unique<HttpConnection>(io_);
    const Destination destination{call.settings.origin, call.settings.proxy, context, &tls_sessions_};
    co_return co_await open_connection(*connection, destination, resolver_, call.exchange);
}

asio::awaitable<Exchanged> HttpClient::talk(HttpConnection& connection, const Call& call, bool& keep) const {
    auto& exchange = call.exchange;
    exchange.waiting_for = "the reply of " + call.settings.origin.authority();
    exchange.interrupt = [&connection] { connection.close(); };
    if (exchange.ended)
        co_return exchange.failure(Kind::aborted, {});
    auto request = wire_request(call.request, call.settings, user_agent_);
    auto bytes = wire_bytes(request);
    co_return co_await write_and_read(connection, std::move(bytes), exchange, keep);
}

SSL_CTX* HttpClient::tls_context(const std::string& ca_file, std::string& failure) {
    const std::lock_guard lock(tls_mutex_);
    if (tls_context_ == nullptr) {
        tls_context_ = make_tls_context(ca_file, Authorities::file_or_system, failure);
        if (tls_context_ != nullptr)
            tls_sessions_.collect_from(tls_context_.get());
    }
    return tls_context_.get();
}

} // namespace pixelml
