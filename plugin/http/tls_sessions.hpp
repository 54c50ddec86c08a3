#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace job_engine {

// The TLS sessions of one server, for handshakes without its certificates and a signature. Thread-safe.
class TlsSessions {
public:
    TlsSessions() = default;
    TlsSessions(const TlsSessions&) = delete;
    TlsSessions& operator=(const TlsSessions&) = delete;

    // Has the context hand over the sessions that its connections are given. Must outlive their use.
    void collect_from(SSL_CTX* context);
    // Lets a connection that is about to shake hands offer one. A TLS 1.3 session is offered once only, so
    // that nobody on the way can tell two connections to be of one client.
    void offer(SSL* ssl);

private:
    struct SessionFree {
        void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
    };
    using Session = std::unique_ptr<SSL_SESSION, SessionFree>;

    void keep(Session session);

    std::mutex mutex_;
    std::vector<Session> sessions_; // the newest last
};

} // namespace job_engine
