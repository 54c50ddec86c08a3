#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace job_engine {

struct SslContextFree {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
struct SslFree {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextFree>;
using Ssl = std::unique_ptr<SSL, SslFree>;

// Must be the first use of OpenSSL in the process's copy: without OPENSSL_INIT_NO_ATEXIT an exit() with
// live TLS threads crashes, and the host's configuration file is none of the module's business.
void initialise_openssl();

// Frees what OpenSSL keeps for this thread. Left to the thread's end it may leak: glibc then clears the
// thread's values in the order of their keys, and OpenSSL finds those of a lower key than its own
// destructor's gone. Keys are lower than one that was made before them when another library has given some
// back.
struct OpensslOfThread {
    OpensslOfThread() = default;
    OpensslOfThread(const OpensslOfThread&) = delete;
    OpensslOfThread& operator=(const OpensslOfThread&) = delete;
    ~OpensslOfThread() { OPENSSL_thread_stop(); }
};

enum class Authorities {
    file_or_system, // the system's only without a ca_file
    file_and_system
};

// A client context: TLS 1.2 or newer, chain and host name verified, a certificate that its authority says
// it revoked refused where the server staples that. The system's authorities are those that SSL_CERT_FILE
// and SSL_CERT_DIR name, or the well-known ones. nullptr and a failure when ca_file cannot be read or the
// system has no authorities.
SslContext make_tls_context(const std::string& ca_file, Authorities authorities, std::string& failure);

// A connection to this host, with its name or address to be verified, and SNI for a name.
Ssl make_tls_connection(SSL_CTX* context, const std::string& host);

// Why the handshake failed, and what to do about it: a clause. openssl_error is of OpenSSL's queue.
std::string tls_failure(const SSL* ssl, const std::string& host, unsigned long openssl_error);

} // namespace job_engine
