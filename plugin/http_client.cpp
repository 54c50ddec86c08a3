#include "http_client.hpp"

#include "http_connect.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <ctime>
#include <string_view>
#include <utility>

namespace pixelml {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Kind = TransportFailure::Kind;
using WireRequest = http::request<http::string_body, http::basic_fields<WipingAllocator<char>>>;
using WireReply = http::response<http::string_body>;

constexpr auto token = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t header_limit = 16 * 1024;
constexpr std::uint64_t body_limit = std::uint64_t{1024} * 1024;
constexpr int most_interim_replies = 8;

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

std::string header(const WireReply& reply, std::string_view name) {
    const auto found = reply.find(name);
    return found == reply.end() ? std::string() : std::string(found->value());
}

HttpReply read_reply(WireReply&& reply) {
    HttpReply out;
    out.status = static_cast<int>(reply.result_int());
    out.location = header(reply, "Location");
    for (const auto* name : {"X-Request-Id", "Request-Id", "X-Fal-Request-Id"})
        if (out.request_id.empty())
            out.request_id = header(reply, name).substr(0, 256);
    out.retry_after =
        parse_retry_after(header(reply, "Retry-After"), static_cast<std::int64_t>(std::time(nullptr)));
    out.body = std::move(reply.body());
    return out;
}

bool is_encoded(const WireReply& reply) {
    const auto encoding = header(reply, "Content-Encoding");
    return !encoding.empty() && encoding != "identity";
}

template <class Stream>
asio::awaitable<Exchanged> write_and_read(Stream& stream, boost::beast::flat_buffer& buffer,
                                          WireRequest request, HttpExchange& exchange, bool& keep) {
    exchange.sent = true;
    if (auto [ec, bytes] = co_await http::async_write(stream, request, token); ec)
        co_return exchange.failure(Kind::broken,
                                   "the connection broke while the request was sent (" + ec.message() + ")");

    for (int interim = 0; interim < most_interim_replies; ++interim) {
        http::response_parser<http::string_body> parser;
        parser.header_limit(header_limit);
        parser.body_limit(body_limit);
        auto [ec, bytes] = co_await http::async_read(stream, buffer, parser, token);
        if (ec == http::error::body_limit)
            co_return exchange.failure(Kind::bad_reply, "its body is larger than 1 MiB");
        if (ec == http::error::header_limit)
            co_return exchange.failure(Kind::bad_reply, "its header is larger than 16 KiB");
        // Beast's own errors are about what the peer said; others about the connection.
        if (ec && ec.category() == http::make_error_code(http::error::bad_version).category()
            && ec != http::error::end_of_stream && ec != http::error::partial_message)
            co_return exchange.failure(Kind::bad_reply, "it is not valid HTTP (" + ec.message() + ")");
        if (ec)
            co_return exchange.failure(Kind::broken, "the connection broke before the reply was complete ("
                                                         + ec.message() + ")");
        if (parser.get().result_int() < 200)
            continue;
        if (is_encoded(parser.get()))
            co_return exchange.failure(Kind::bad_reply, "its body is compressed, which was not asked for");
        keep = parser.keep_alive() && buffer.size() == 0;
        co_return read_reply(parser.release());
    }
    co_return exchange.failure(Kind::bad_reply, "it never came to an end of its interim replies");
}

} // namespace

struct HttpClient::Call {
    const HttpRequest& request;
    const Connection& settings;
    HttpExchange& exchange;
};

// A place in the pool that is given back however the request ends.
struct HttpClient::Place {
    ConnectionPool& pool;
    std::unique_ptr<HttpConnection> connection;
    bool keep = false;

    explicit Place(ConnectionPool& owner) : pool(owner) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { pool.give_back(keep ? std::move(connection) : nullptr); }
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
    exchange->timer.expires_after(request.timeout);
    exchange->timer.async_wait([weak = std::weak_ptr(exchange)](const boost::system::error_code& ec) {
        if (const auto self = weak.lock(); self != nullptr && !ec)
            self->end(Kind::timed_out);
    });
    const Call call{request, *connection, *exchange};
    auto exchanged = co_await send_through_pool(call);
    exchange->interrupt = nullptr;
    exchange->timer.cancel();
    co_return exchanged;
}

asio::awaitable<Exchanged> HttpClient::send_through_pool(const Call& call) {
    auto& exchange = call.exchange;
    const auto ticket = std::make_shared<ConnectionPool::Ticket>(co_await asio::this_coro::executor);
    ticket->needs_fresh = call.request.needs_fresh_connection;
    exchange.interrupt = [wakeup = ticket->wakeup] { wakeup->fire(); };
    pool_->request(ticket);
    co_await Wakeup::wait(ticket->wakeup);
    exchange.interrupt = nullptr;
    if (exchange.ended) {
        pool_->withdraw(ticket);
        co_return exchange.failure(Kind::aborted, {});
    }

    Place place(*pool_);
    place.connection = pool_->take(ticket);
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
    co_return co_await open_connection(*connection, call.settings, context, resolver_, call.exchange);
}

asio::awaitable<Exchanged> HttpClient::talk(HttpConnection& connection, const Call& call, bool& keep) const {
    auto& exchange = call.exchange;
    exchange.waiting_for = "the reply of " + call.settings.origin.authority();
    exchange.interrupt = [&socket = connection.socket] {
        boost::system::error_code ignored;
        socket.close(ignored);
    };
    if (exchange.ended)
        co_return exchange.failure(Kind::aborted, {});
    auto wire = wire_request(call.request, call.settings, user_agent_);
    if (connection.tls != nullptr)
        co_return co_await write_and_read(*connection.tls, connection.buffer, std::move(wire), exchange,
                                          keep);
    co_return co_await write_and_read(connection.socket, connection.buffer, std::move(wire), exchange, keep);
}

SSL_CTX* HttpClient::tls_context(const std::string& ca_file, std::string& failure) {
    const std::lock_guard lock(tls_mutex_);
    if (tls_context_ == nullptr)
        tls_context_ = make_tls_context(ca_file, failure);
    return tls_context_.get();
}

} // namespace pixelml
