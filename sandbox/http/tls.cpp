#include "http/tls.hpp"

#include <openssl/err.h>

#include <array>
#include <stdexcept>

namespace sandbox {
namespace {

[[noreturn]] void fail(const std::string& what) {
    std::array<char, 256> reason{};
    ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
    throw std::runtime_error(what + ": " + reason.data());
}

} // namespace

TlsContext make_tls_context(const std::string& certificate_file, const std::string& key_file) {
    TlsContext context(SSL_CTX_new(TLS_server_method()));
    if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1)
        fail("TLS cannot be set up");
    if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1)
        fail("cannot use the certificate " + certificate_file);
    if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1)
        fail("cannot use the key " + key_file);
    if (SSL_CTX_check_private_key(context.get()) != 1)
        fail("the key " + key_file + " does not belong to the certificate " + certificate_file);
    return context;
}

} // namespace sandbox
