#pragma once

#include "connection.hpp"
#include "connection_pool.hpp"
#include "http_exchange.hpp"
#include "resolver.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace pixelml {

// Opens a connection to the origin: look-up, TCP, the proxy's CONNECT, TLS. tls_context is not needed
// for a plain origin. nullopt: it is open.
boost::asio::awaitable<std::optional<TransportFailure>>
open_connection(HttpConnection& connection, const Connection& settings, SSL_CTX* tls_context,
                Resolver& resolver, HttpExchange& exchange);

} // namespace pixelml
