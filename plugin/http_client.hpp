#pragma once

#include "connection.hpp"
#include "connection_pool.hpp"
#include "http_exchange.hpp"
#include "http_message.hpp"
#include "resolver.hpp"
#include "tls.hpp"
#include "tls_sessions.hpp"

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

    // From connecting to the last byte of the reply it takes at most request.timeout. The wait for a free
    // connection before that ends with its turn or an abort: a burst of runs is no failure of the API's.
    // Redirects are replies like any other.
    boost::asio::awaitable<Exchanged> send(HttpRequest request, std::shared_ptr<const Connection> connection,
                                           std::shared_ptr<HttpExchange> exchange);

private:
    struct Call; // a request with all that it needs

    boost::asio::awaitable<Exchanged> send_on(ConnectionPool::Place& place, const Call& call);
    boost::asio::awaitable<std::optional<TransportFailure>> open(std::unique_ptr<HttpConnection>& connection,
                                                                 const Call& call);
    boost::asio::awaitable<Exchanged> talk(HttpConnection& connection, const Call& call, bool& keep) const;
    SSL_CTX* tls_context(const std::string& ca_file, std::string& failure);

    boost::asio::io_context& io_;
    Resolver& resolver_;
    std::string user_agent_;
    std::shared_ptr<ConnectionPool> pool_;
    TlsSessions tls_sessions_;
    std::mutex tls_mutex_;
    SslContext tls_context_; // made for the first connection: reading the authorities takes time
};

} // namespace pixelml
