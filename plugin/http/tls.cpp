#include "http/tls.hpp"

#include "http/tls_revocation.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace job_engine {
namespace {

// Where distributions keep the bundle; a statically linked OpenSSL only knows its own distribution's.
constexpr std::array well_known_bundles{
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem"};

bool exists(const char* path) {
    std::error_code ec;
    return std::filesystem::exists(path, ec);
}

bool load_system_authorities(SSL_CTX* context) {
    if (std::getenv(X509_get_default_cert_file_env()) != nullptr
        || std::getenv(X509_get_default_cert_dir_env()) != nullptr)
        return SSL_CTX_set_default_verify_paths(context) == 1;
    for (const auto* bundle : well_known_bundles)
        if (exists(bundle))
            return SSL_CTX_load_verify_file(context, bundle) == 1;
    return SSL_CTX_set_default_verify_paths(context) == 1;
}

bool is_address(const std::string& host) {
    boost::system::error_code ec;
    boost::asio::ip::make_address(host, ec);
    return !ec;
}

std::string advice(long verify_result) {
    switch (verify_result) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return "; if it is the right server, name its authority in the connection's ca_file";
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "; check this machine's clock, or have the server's certificate renewed";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return "; check the URL";
    case X509_V_ERR_CERT_REVOKED:
        return "; do not use this server until its certificate was replaced";
    case X509_V_ERR_CA_MD_TOO_WEAK:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_EE_KEY_TOO_SMALL:
        return "; have the server's certificate renewed with a stronger key and signature than this";
    default:
        return "";
    }
}

} // namespace

void initialise_openssl() {
    if (OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) != 1)
        throw std::runtime_error("OpenSSL cannot be initialised");
}

SslContext make_tls_context(const std::string& ca_file, Authorities authorities, std::string& failure) {
    ERR_clear_error();
    SslContext context(SSL_CTX_new(TLS_client_method()));
    if (context == nullptr)
        throw std::runtime_error("no TLS context could be made");
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    refuse_stapled_revocations(context.get());
    SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                                        | SSL_MODE_RELEASE_BUFFERS);
    if (!ca_file.empty() && SSL_CTX_load_verify_file(context.get(), ca_file.c_str()) != 1) {
        failure = exists(ca_file.c_str()) ? "the ca_file " + ca_file + " holds no usable PEM certificates"
                                          : "the ca_file " + ca_file + " does not exist";
        return nullptr;
    }
    const bool system = ca_file.empty() || authorities == Authorities::file_and_system;
    if (system && !load_system_authorities(context.get()) && ca_file.empty()) {
        failure =
            "no certificate authorities were found on this machine; install ca-certificates or set ca_file";
        return nullptr;
    }
    return context;
}

Ssl make_tls_connection(SSL_CTX* context, const std::string& host) {
    Ssl ssl(SSL_new(context));
    if (ssl == nullptr)
        throw std::runtime_error("no TLS connection could be made");
    if (is_address(host)) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str());
    } else {
        SSL_set1_host(ssl.get(), host.c_str());
        SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        auto name = host; // what SSL_set_tlsext_host_name does, which is a macro with a C cast
        SSL_ctrl(ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
    }
    return ssl;
}

std::string tls_failure(const SSL* ssl, const std::string& host, unsigned long openssl_error) {
    const auto result = SSL_get_verify_result(ssl);
    if (result != X509_V_OK)
        return "the certificate of " + host + " is not trusted (" + X509_verify_cert_error_string(result)
               + ")" + advice(result);
    switch (ERR_GET_REASON(openssl_error)) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
        return host + " does not speak TLS on this port; check the URL";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
        return host + " speaks no TLS as new as 1.2, which this needs";
    default:
        break;
    }
    const auto* reason = ERR_reason_error_string(openssl_error);
    return "the TLS handshake with " + host + " failed ("
           + (reason != nullptr ? reason : "the connection broke") + ")";
}

} // namespace job_engine
