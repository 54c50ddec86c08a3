#include "http/http_connect.hpp"

#include "http/network_address.hpp"
#include "http/request_text.hpp"
#include "http/tls.hpp"
#include "http/wakeup.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace job_engine {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Kind = TransportFailure::Kind;
using MaybeFailure = std::optional<TransportFailure>;

constexpr auto token = asio::as_tuple(asio::use_awaitable);

// How long one address may take while others are left to try.
constexpr auto address_timeout = std::chrono::seconds(2);

struct Addresses {
    std::vector<asio::ip::address> list;
    MaybeFailure failure;
};

asio::awaitable<Addresses> look_up(const Origin& origin, Resolver& resolver, HttpExchange& exchange) {
    if (auto over = exchange.ending())
        co_return Addresses{{}, std::move(over)};
    const auto& host = origin.host;
    boost::system::error_code ec;
    const auto literal = asio::ip::make_address(host, ec);
    if (!ec)
        co_return Addresses{{literal}, std::nullopt};

    exchange.set_stage("the address of", &origin);
    const auto wakeup = std::make_shared<Wakeup>(co_await asio::this_coro::executor);
    const auto lookup = resolver.look_up(host, wakeup);
    {
        const ScopedCancelHandler interruption(exchange, [wakeup] { wakeup->fire(); });
        co_await Wakeup::wait(wakeup);
    }
    Resolver::forget(*lookup, wakeup);

    const std::lock_guard lock(lookup->mutex);
    if (exchange.ended || !lookup->failure.empty() || lookup->addresses.empty())
        co_return Addresses{{},
                            exchange.failure(Kind::unreachable, "the name " + host + " has no address ("
                                                                    + lookup->failure + ")")};
    co_return Addresses{lookup->addresses, std::nullopt};
}

asio::awaitable<boost::system::error_code> connect_to(tcp::socket& socket, const tcp::endpoint& endpoint,
                                                      bool others_left) {
    boost::system::error_code ec;
    socket.close(ec);
    if (socket.open(endpoint.protocol(), ec); ec)
        co_return ec;
    socket.set_option(tcp::no_delay(true), ec);
    socket.non_blocking(true, ec);
    asio::steady_timer limit(co_await asio::this_coro::executor);
    // A handler that is queued already is not stopped by its timer's end, and the socket may be gone by then.
    const auto connecting = std::make_shared<std::monostate>();
    if (others_left) {
        limit.expires_after(address_timeout);
        limit.async_wait(
            [&socket, still = std::weak_ptr(connecting)](const boost::system::error_code& stopped) {
                boost::system::error_code ignored;
                if (!stopped && !still.expired())
                    socket.cancel(ignored);
            });
    }
    std::tie(ec) = co_await socket.async_connect(endpoint, token);
    co_return ec;
}

// Tries each address in turn; the message tells of the last.
asio::awaitable<MaybeFailure> connect_tcp(HttpConnection& connection, const Origin& peer,
                                          std::vector<asio::ip::address> addresses, HttpExchange& exchange) {
    exchange.set_stage("a connection to", &peer);
    boost::system::error_code ec;
    for (std::size_t i = 0; i < addresses.size() && !exchange.ended; ++i) {
        const tcp::endpoint endpoint(addresses[i], peer.port);
        ec = co_await connect_to(connection.socket, endpoint, i + 1 < addresses.size());
        if (!ec)
            co_return exchange.ending();
    }
    co_return exchange.failure(Kind::unreachable,
                               peer.authority() + " cannot be connected to (" + ec.message() + ")");
}

asio::awaitable<MaybeFailure> ask_proxy(HttpConnection& connection, const Proxy& proxy,
                                        const std::string& host, std::uint16_t port, HttpExchange& exchange) {
    const auto name = "the proxy " + proxy.origin.authority();
    exchange.set_stage("the proxy", &proxy.origin);
    const auto is_v6 = host.find(':') != std::string::npos;
    const auto target = (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
    RequestWriter writer("CONNECT", target, target);
    if (!proxy.authorization.empty())
        writer.header("Proxy-Authorization", proxy.authorization.view());
    const auto bytes = std::move(writer).finish();

    if (const auto ec = co_await connection.write(asio::buffer(bytes)); ec || exchange.ended)
        co_return exchange.failure(Kind::unreachable, name + " broke the connection");
    http::response_parser<http::empty_body> parser;
    parser.skip(true);
    parser.header_limit(http_header_limit);
    if (const auto ec = co_await connection.read(parser, Until::header); ec)
        co_return exchange.failure(Kind::unreachable, name + " gave no usable answer (" + ec.message() + ")");
    const auto status = parser.get().result_int();
    if (is_success(static_cast<int>(status))) {
        // Nobody behind the tunnel has spoken yet: such bytes would pass for the server's, unencrypted.
        if (connection.buffer.size() > 0)
            co_return exchange.failure(Kind::proxy, name + " sent more than its answer to CONNECT");
        co_return exchange.ending();
    }
    const auto advice =
        status == 407 ? "; it requires a user name and password, see the connection's proxy" : "";
    co_return exchange.failure(status >= 500 ? Kind::unreachable : Kind::proxy,
                               name + " refused to connect to " + target + " (HTTP " + std::to_string(status)
                                   + advice + ")");
}

asio::awaitable<MaybeFailure> shake_hands(HttpConnection& connection, const Destination& destination,
                                          HttpExchange& exchange) {
    const auto& origin = destination.origin;
    exchange.set_stage("the TLS handshake with", &origin);
    auto ssl = make_tls_connection(destination.tls_context, origin.host);
    if (destination.tls_sessions != nullptr)
        destination.tls_sessions->offer(ssl.get());
    connection.tls =
        std::make_unique<asio::ssl::stream<HttpConnection::Socket&>>(connection.socket, ssl.release());
    auto [ec] = co_await connection.tls->async_handshake(asio::ssl::stream_base::client, token);
    if (!ec)
        co_return exchange.ending();
    // A connection that breaks says nothing about trust, so it may be tried again.
    const bool broke = ec.category() != asio::error::get_ssl_category();
    const auto* ssl_state = connection.tls->native_handle();
    const bool untrusted = !broke || SSL_get_verify_result(ssl_state) != X509_V_OK;
    const auto reason = broke ? 0UL : static_cast<unsigned long>(ec.value());
    co_return exchange.failure(untrusted ? Kind::tls : Kind::unreachable,
                               tls_failure(ssl_state, origin.authority(), reason));
}

} // namespace

asio::awaitable<MaybeFailure> open_connection(HttpConnection& connection, const Destination& destination,
                                              Resolver& resolver, HttpExchange& exchange) {
    const auto& origin = destination.origin;
    const auto& proxy = destination.proxy;
    Addresses addresses;
    auto asked_of_proxy = origin.host;
    if (destination.public_only) {
        addresses = co_await look_up(origin, resolver, exchange);
        if (addresses.failure)
            co_return addresses.failure;
        std::erase_if(addresses.list, [](const auto& address) { return !is_public(address); });
        if (addresses.list.empty())
            co_return exchange.failure(Kind::not_public,
                                       origin.host + " is an address inside a private network");
        asked_of_proxy = addresses.list.front().to_string();
    }
    const auto& peer = proxy ? proxy->origin : origin;
    if (proxy || !destination.public_only) {
        addresses = co_await look_up(peer, resolver, exchange);
        if (addresses.failure)
            co_return addresses.failure;
    }
    const ScopedCancelHandler interruption(exchange, [&connection] { connection.close(); });
    if (auto failure = co_await connect_tcp(connection, peer, std::move(addresses.list), exchange))
        co_return failure;
    if (proxy)
        if (auto failure = co_await ask_proxy(connection, *proxy, asked_of_proxy, origin.port, exchange))
            co_return failure;
    if (origin.tls)
        co_return co_await shake_hands(connection, destination, exchange);
    co_return std::nullopt;
}

} // namespace job_engine
