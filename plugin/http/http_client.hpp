#pragma once

#include "http/connection_pool.hpp"
#include "http/resolver.hpp"
#include "http/tls.hpp"
#include "http/tls_sessions.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

namespace job_engine {

// What the calls to one origin share: its connections, TLS sessions and trust. Thread-safe. Keeps no secret:
// each call brings its run's connection, all of which have one service_key.
class HttpClient {
public:
    // resolver must outlive the client.
    HttpClient(boost::asio::io_context& io, Resolver& resolver, std::size_t max_connections,
               std::string user_agent);
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    ~HttpClient();

    boost::asio::io_context& io() noexcept { return io_; }
    Resolver& resolver() noexcept { return resolver_; }
    ConnectionPool& pool() noexcept { return *pool_; }
    TlsSessions& tls_sessions() noexcept { return tls_sessions_; }
    const std::string& user_agent() const noexcept { return user_agent_; }
    // nullptr: there is none, and failure says why.
    SSL_CTX* tls_context(const std::string& ca_file, std::string& failure);

private:
    boost::asio::io_context& io_;
    Resolver& resolver_;
    std::string user_agent_;
    std::shared_ptr<ConnectionPool> pool_;
    TlsSessions tls_sessions_;
    std::mutex tls_mutex_;
    SslContext tls_context_; // made for the first connection: reading the authorities takes time
};

} // namespace job_engine
