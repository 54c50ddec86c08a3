#include "http_connect.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace pixelml {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Kind = TransportFailure::Kind;
using MaybeFailure = std::optional<TransportFailure>;

constexpr auto token = asio::as_tuple(asio::use_awaitable);

// How long one address may take while others are left to try.
constexpr auto address_patience = std::chrono::seconds(2);

struct Addresses {
    std::vector<asio::ip::address> list;
    MaybeFailure failure;
};

asio::awaitable<Addresses> look_up(const std::string& host, Resolver& resolver, HttpExchange& exchange) {
    boost::system::error_code ec;
    const auto literal = asio::ip::make_address(host, ec);
    if (!ec)
        co_return Addresses{{literal}, std::nullopt};

    exchange.waiting_for = "the address of " + host;
    const auto wakeup = std::make_shared<Wakeup>(co_await asio::this_coro::executor);
    const auto lookup = resolver.look_up(host, wakeup);
    exchange.interrupt = [wakeup] { wakeup->fire(); };
    co_await Wakeup::wait(wakeup);
    exchange.interrupt = nullptr;
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
    asio::steady_timer patience(co_await asio::this_coro::executor);
    if (others_left) {
        patience.expires_after(address_patience);
        patience.async_wait([&socket](const boost::system::error_code& stopped) {
            boost::system::error_code ignored;
            if (!stopped)
                socket.cancel(ignored);
        });
    }
    std::tie(ec) = co_await socket.async_connect(endpoint, token);
    co_return ec;
}

// Tries each address in turn; the message tells of the last.
asio::awaitable<MaybeFailure> connect_tcp(HttpConnection& connection, const Origin& peer, Resolver& resolver,
                                          HttpExchange& exchange) {
    auto addresses = co_await look_up(peer.host, resolver, exchange);
    if (addresses.failure)
        co_return addresses.failure;
    exchange.waiting_for = "a connection to " + peer.authority();
    exchange.interrupt = [&socket = connection.socket] {
        boost::system::error_code ignored;
        socket.close(ignored);
    };
    boost::system::error_code ec;
    for (std::size_t i = 0; i < addresses.list.size(); ++i) {
        const tcp::endpoint endpoint(addresses.list[i], peer.port);
        ec = co_await connect_to(connection.socket, endpoint, i + 1 < addresses.list.size());
        if (exchange.ended)
            break;
        if (!ec)
            co_return std::nullopt;
    }
    co_return exchange.failure(Kind::unreachable,
                               peer.authority() + " cannot be connected to (" + ec.message() + ")");
}

using ConnectRequest = http::request<http::empty_body, http::basic_fields<WipingAllocator<char>>>;

asio::awaitable<MaybeFailure> ask_proxy(HttpConnection& connection, const Proxy& proxy, const Origin& origin,
                                        HttpExchange& exchange) {
    exchange.waiting_for = "the proxy " + proxy.origin.authority();
    const auto is_v6 = origin.host.find(':') != std::string::npos;
    const auto target = (is_v6 ? "[" + origin.host + "]" : origin.host) + ":" + std::to_string(origin.port);
    ConnectRequest request{http::verb::connect, target, 11};
    request.set(http::field::host, target);
    if (!proxy.authorization.empty())
        request.set(http::field::proxy_authorization, proxy.authorization.view());

    if (auto [ec, bytes] = co_await http::async_write(connection.socket, request, token); ec)
        co_return exchange.failure(Kind::unreachable,
                                   "the proxy " + proxy.origin.authority() + " broke the connection");
    http::response_parser<http::empty_body> parser;
    parser.skip(true);
    parser.header_limit(16 * 1024);
    if (auto [ec, bytes] =
            co_await http::async_read_header(connection.socket, connection.buffer, parser, token);
        ec)
        co_return exchange.failure(Kind::unreachable, "the proxy " + proxy.origin.authority()
                                                          + " gave no usable answer (" + ec.message() + ")");
    const auto status = parser.get().result_int();
    if (status >= 200 && status < 300)
        co_return std::nullopt;
    const auto advice =
        status == 407 ? "; it wants a user name and password, see the connection's proxy" : "";
    co_return exchange.failure(status >= 500 ? Kind::unreachable : Kind::proxy,
                               "the proxy " + proxy.origin.authority() + " refused to connect to " + target
                                   + " (HTTP " + std::to_string(status) + advice + ")");
}

asio::awaitable<MaybeFailure> shake_hands(HttpConnection& connection, const Origin& origin, SSL_CTX* context,
                                          HttpExchange& exchange) {
    exchange.waiting_for = "the TLS handshake with " + origin.authority();
    auto ssl = make_tls_connection(context, origin.host);
    connection.tls =
        std::make_unique<asio::ssl::stream<HttpConnection::Socket&>>(connection.socket, ssl.release());
    auto [ec] = co_await connection.tls->async_handshake(asio::ssl::stream_base::client, token);
    if (!ec)
        co_return std::nullopt;
    // A connection that breaks says nothing about trust, so it may be tried again.
    const bool broke = ec.category() != asio::error::get_ssl_category();
    const auto* ssl_state = connection.tls->native_handle();
    const bool untrusted = !broke || SSL_get_verify_result(ssl_state) != X509_V_OK;
    const auto reason = broke ? 0UL : static_cast<unsigned long>(ec.value());
    co_return exchange.failure(untrusted ? Kind::tls : Kind::unreachable,
                               tls_failure(ssl_state, origin.authority(), reason));
}

} // namespace

asio::awaitable<MaybeFailure> open_connection(HttpConnection& connection, const Connection& settings,
                                              SSL_CTX* tls_context, Resolver& resolver,
                                              HttpExchange& exchange) {
    const auto& peer = settings.proxy ? settings.proxy->origin : settings.origin;
    if (auto failure = co_await connect_tcp(connection, peer, resolver, exchange))
        co_return failure;
    if (settings.proxy)
        if (auto failure = co_await ask_proxy(connection, *settings.proxy, settings.origin, exchange))
            co_return failure;
    if (settings.origin.tls)
        co_return co_await shake_hands(connection, settings.origin, tls_context, exchange);
    co_return std::nullopt;
}

} // namespace pixelml
