#pragma once

#include "connection.hpp"
#include "connection_pool.hpp"
#include "http_exchange.hpp"
#include "image_check.hpp"
#include "resolver.hpp"
#include "tls.hpp"
#include "url.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <mutex>
#include <string>

namespace pixelml {

// Looks at images before a run pays for them: the first bytes of each, without credentials, never inside a
// private network, a few images at a time. Thread-safe; each look runs on the strand of its run.
class ImageProbe {
public:
    // resolver must outlive the probe.
    ImageProbe(boost::asio::io_context& io, Resolver& resolver, std::string user_agent);
    ImageProbe(const ImageProbe&) = delete;
    ImageProbe& operator=(const ImageProbe&) = delete;
    ~ImageProbe();

    // Takes at most the connection's request_timeout, and never more than 15 s.
    boost::asio::awaitable<ImageVerdict> look_at(std::string url,
                                                 std::shared_ptr<const Connection> connection,
                                                 std::shared_ptr<HttpExchange> exchange);

private:
    boost::asio::awaitable<ImageVerdict> follow(std::string url, const Connection& settings,
                                                HttpExchange& exchange);
    boost::asio::awaitable<ImageVerdict> ask(const HttpUrl& url, const Connection& settings,
                                             bool loopback_allowed, HttpExchange& exchange);
    SSL_CTX* tls_context(const std::string& ca_file, std::string& failure);

    boost::asio::io_context& io_;
    Resolver& resolver_;
    std::string user_agent_;
    std::shared_ptr<ConnectionPool> places_; // keeps no connection: it bounds how many there are
    std::mutex tls_mutex_;
    SslContext tls_context_;
};

} // namespace pixelml
