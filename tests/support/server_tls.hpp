#pragma once

#include "test_certificates.hpp"

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace test_support {

struct FreeSslContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, FreeSslContext>;

// Throws std::runtime_error.
SslContext make_server_context(const Certificate& identity);
void send_with_chain(SSL_CTX* context, const Certificate& intermediate);
// response: DER; must outlive the context.
void staple(SSL_CTX* context, const std::string& response);

} // namespace test_support
