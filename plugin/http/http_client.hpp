#pragma once

#include "http/connection_pool.hpp"
#include "http/lazy_tls_context.hpp"
#include "http/resolver.hpp"
#include "http/tls_sessions.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>
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
    LazyTlsContext& tls_context() noexcept { return tls_context_; }

private:
    boost::asio::io_context& io_;
    Resolver& resolver_;
    std::string user_agent_;
    std::shared_ptr<ConnectionPool> pool_;
    TlsSessions tls_sessions_;
    LazyTlsContext tls_context_{Authorities::file_or_system, &tls_sessions_};
};

} // namespace job_engine
