#pragma once

#include "connection.hpp"
#include "connection_pool.hpp"
#include "http_exchange.hpp"
#include "http_message.hpp"
#include "resolver.hpp"
#include "tls.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

namespace pixelml {

using Exchanged = std::variant<HttpReply, TransportFailure>;

// Requests to one origin, through its pool. Thread-safe; each exchange runs on the strand of its run.
// Keeps no secret: each request brings its run's connection, all of which have one service_key.
// Failures are values; what is thrown is std::bad_alloc.
class HttpClient {
public:
    // resolver must outlive the client.
    HttpClient(boost::asio::io_context& io, Resolver& resolver, std::size_t most_connections,
               std::string user_agent);
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    ~HttpClient();

    // The whole request, from waiting for a free connection to the last byte of the reply, takes at most
    // request.timeout. Redirects are replies like any other.
    boost::asio::awaitable<Exchanged> send(HttpRequest request, std::shared_ptr<const Connection> connection,
                                           std::shared_ptr<HttpExchange> exchange);

private:
    struct Place;
    struct Call; // a request with all that it needs

    boost::asio::awaitable<Exchanged> send_through_pool(const Call& call);
    boost::asio::awaitable<std::optional<TransportFailure>> open(std::unique_ptr<HttpConnection>& connection,
                                                                 const Call& call);
    boost::asio::awaitable<Exchanged> talk(HttpConnection& connection, const Call& call, bool& keep) const;
    SSL_CTX* tls_context(const std::string& ca_file, std::string& failure);

    boost::asio::io_context& io_;
    Resolver& resolver_;
    std::string user_agent_;
    std::shared_ptr<ConnectionPool> pool_;
    std::mutex tls_mutex_;
    SslContext tls_context_; // made for the first connection: reading the authorities takes time
};

} // namespace pixelml
