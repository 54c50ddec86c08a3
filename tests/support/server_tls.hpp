#pragma once

#include "test_certificates.hpp"

#include <openssl/ssl.h>

#include <memory>

namespace test_support {

struct FreeSslContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, FreeSslContext>;

// Throws std::runtime_error.
SslContext make_server_context(const Certificate& identity);

} // namespace test_support
