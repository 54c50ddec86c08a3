#pragma once

#include "http/tls.hpp"
#include "http/tls_sessions.hpp"

#include <mutex>
#include <string>

namespace job_engine {

// A client context that is made for the first connection: reading the authorities takes time. Thread-safe.
class LazyTlsContext {
public:
    // sessions: collects those of its connections, and must outlive them; nullptr: none are kept.
    explicit LazyTlsContext(Authorities authorities, TlsSessions* sessions = nullptr)
        : authorities_(authorities), sessions_(sessions) {}
    LazyTlsContext(const LazyTlsContext&) = delete;
    LazyTlsContext& operator=(const LazyTlsContext&) = delete;

    // nullptr: there is none, and failure says why. All callers have the same ca_file.
    SSL_CTX* get(const std::string& ca_file, std::string& failure);

private:
    const Authorities authorities_;
    TlsSessions* const sessions_;
    std::mutex mutex_;
    SslContext context_;
};

} // namespace job_engine
