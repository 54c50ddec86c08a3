#pragma once

#include "http/http_connection.hpp"
#include "http/http_exchange.hpp"
#include "http/proxy.hpp"
#include "http/resolver.hpp"
#include "http/tls_sessions.hpp"

#include <boost/asio/awaitable.hpp>
#include <openssl/ssl.h>

#include <optional>

namespace job_engine {

// Where a connection leads.
struct Destination {
    const Origin& origin;
    const std::optional<Proxy>& proxy;
    SSL_CTX* tls_context = nullptr;      // not needed for a plain origin
    TlsSessions* tls_sessions = nullptr; // of this origin, to be resumed; may be nullptr
    // Only to addresses of the public internet, and the connection goes to the very address that was looked
    // at: for URLs that a flow's data names.
    bool public_only = false;
};

// Opens a connection: look-up, TCP to each address in turn, the proxy's CONNECT, TLS. nullopt: it is open.
boost::asio::awaitable<std::optional<TransportFailure>> open_connection(HttpConnection& connection,
                                                                        const Destination& destination,
                                                                        Resolver& resolver,
                                                                        HttpExchange& exchange);

} // namespace job_engine
