#pragma once

#include "api/connection.hpp"
#include "base/fair_semaphore.hpp"
#include "http/http_exchange.hpp"
#include "http/lazy_tls_context.hpp"
#include "http/resolver.hpp"
#include "http/url.hpp"
#include "media/media_check.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <string>

namespace job_engine {

// What the look at a file is asked with, beside its address.
Headers media_request_headers(const std::string& user_agent);

// Looks at images before a run pays for them: the first bytes of each, without credentials, never inside a
// private network, a few images at a time. Thread-safe; each look runs on the strand of its run.
class MediaProbe {
public:
    // resolver must outlive the probe.
    MediaProbe(boost::asio::io_context& io, Resolver& resolver, std::string user_agent);
    MediaProbe(const MediaProbe&) = delete;
    MediaProbe& operator=(const MediaProbe&) = delete;
    ~MediaProbe();

    // Told on the strand, never from inside look_at or abort(). A defect: what was thrown.
    using Done = std::function<void(const std::exception_ptr& defect, MediaVerdict verdict)>;

    // From its turn on it takes at most the connection's request_timeout, and never more than 15 s. The wait
    // before that is the run's, whose deadline bounds it. The probe must live until done was called.
    std::shared_ptr<HttpExchange> look_at(const boost::asio::any_io_executor& strand, std::string url,
                                          std::shared_ptr<const Connection> connection, Done done);

private:
    class Look;

    boost::asio::awaitable<MediaVerdict> follow(std::string url, const Connection& settings,
                                                HttpExchange& exchange);
    boost::asio::awaitable<MediaVerdict> ask(const HttpUrl& url, const Connection& settings,
                                             bool loopback_allowed, HttpExchange& exchange);

    boost::asio::io_context& io_;
    Resolver& resolver_;
    std::string user_agent_;
    FairSemaphore looks_;
    LazyTlsContext tls_context_{Authorities::file_and_system};
};

} // namespace job_engine
