#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace sandbox {

struct TlsContextDeleter {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, TlsContextDeleter>;

// A server's context, TLS 1.2 and later, from PEM files. Throws std::runtime_error with the file's name
// and OpenSSL's reason.
TlsContext make_tls_context(const std::string& certificate_file, const std::string& key_file);

} // namespace sandbox
