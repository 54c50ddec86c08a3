#pragma once

#include "http/handler.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <openssl/ssl.h>

namespace sandbox {

// Serves one connection until it ends, one request after the other. A null `tls` means plain HTTP.
// Limits: 16 KiB of header, 10 MiB of body, 60 s idle, 30 s for a request's body, 60 s for each
// piece of an answer.
boost::asio::awaitable<void> run_session(boost::asio::ip::tcp::socket socket, SSL_CTX* tls,
                                         const Handler& handler);

} // namespace sandbox
