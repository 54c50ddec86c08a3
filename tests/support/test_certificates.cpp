#include "test_certificates.hpp"

#include "server_tls.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <memory>
#include <stdexcept>

namespace test_support {
namespace {

template <auto function>
struct FreeWith {
    template <class T>
    void operator()(T* object) const {
        function(object);
    }
};
using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, FreeWith<X509_free>>;
using Bio = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using OcspId = std::unique_ptr<OCSP_CERTID, FreeWith<OCSP_CERTID_free>>;
using OcspBasic = std::unique_ptr<OCSP_BASICRESP, FreeWith<OCSP_BASICRESP_free>>;
using OcspResponse = std::unique_ptr<OCSP_RESPONSE, FreeWith<OCSP_RESPONSE_free>>;
using Time = std::unique_ptr<ASN1_TIME, FreeWith<ASN1_TIME_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;

void require(bool done, const char* what) {
    if (!done) {
        ERR_clear_error();
        throw std::runtime_error(std::string("test certificate: ") + what + " failed");
    }
}

Bio reader_of(const std::string& pem) {
    return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

Cert certificate_of(const Certificate& pair) {
    const auto bio = reader_of(pair.certificate_pem);
    Cert certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    require(certificate != nullptr, "reading the certificate");
    return certificate;
}

Key key_of(const Certificate& pair) {
    const auto bio = reader_of(pair.key_pem);
    Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    require(key != nullptr, "reading the key");
    return key;
}

std::string text_of(BIO* bio) {
    std::string text(BIO_ctrl_pending(bio), '\0');
    require(BIO_read(bio, text.data(), static_cast<int>(text.size())) == static_cast<int>(text.size()),
            "reading PEM");
    return text;
}

Key new_key() {
    Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    require(key != nullptr, "making a key");
    return key;
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1,
            "adding an extension");
}

Cert new_certificate(EVP_PKEY* key, const std::string& common_name, std::chrono::seconds from,
                     std::chrono::seconds until) {
    Cert certificate(X509_new());
    std::uint32_t serial = 0;
    unsigned char bytes[sizeof serial];
    require(RAND_bytes(bytes, sizeof bytes) == 1, "choosing a serial number");
    for (const auto byte : bytes)
        serial = serial << 8U | byte;
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from.count());
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), until.count());
    require(X509_set_pubkey(certificate.get(), key) == 1, "setting the key");
    const std::vector<unsigned char> name(common_name.begin(), common_name.end());
    require(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                                       name.data(), static_cast<int>(name.size()), -1, 0)
                == 1,
            "setting the name");
    return certificate;
}

Certificate signed_pair(X509* certificate, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key,
                        const char* digest = "SHA256") {
    require(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1, "setting the issuer");
    require(X509_sign(certificate, issuer_key, EVP_get_digestbyname(digest)) > 0, "signing");
    const Bio certificate_bio(BIO_new(BIO_s_mem()));
    const Bio key_bio(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509(certificate_bio.get(), certificate) == 1, "writing the certificate");
    require(PEM_write_bio_PrivateKey(key_bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
            "writing the key");
    return {text_of(certificate_bio.get()), text_of(key_bio.get())};
}

int send_stapled(SSL* ssl, void* argument) {
    const auto& text = *static_cast<const std::string*>(argument);
    auto* bytes = static_cast<unsigned char*>(OPENSSL_memdup(text.data(), text.size()));
    // The SSL takes them over.
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP, static_cast<long>(text.size()), bytes);
    return SSL_TLSEXT_ERR_OK;
}

} // namespace

Certificate make_authority(const std::string& common_name) {
    const auto key = new_key();
    const auto certificate =
        new_certificate(key.get(), common_name, std::chrono::hours(-24 * 30), std::chrono::hours(24 * 30));
    add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign");
    return signed_pair(certificate.get(), key.get(), certificate.get(), key.get());
}

Certificate make_intermediate(const Certificate& authority) {
    const auto issuer = certificate_of(authority);
    const auto key = new_key();
    const auto certificate =
        new_certificate(key.get(), "Intermediate", std::chrono::hours(-24 * 30), std::chrono::hours(24 * 30));
    add_extension(certificate.get(), issuer.get(), NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate.get(), issuer.get(), NID_key_usage, "critical,keyCertSign,digitalSignature");
    return signed_pair(certificate.get(), key.get(), issuer.get(), key_of(authority).get());
}

Certificate make_leaf(const Certificate& authority, const LeafOptions& options) {
    const auto issuer = certificate_of(authority);
    const auto issuer_key = key_of(authority);
    const auto key = new_key();
    const auto certificate =
        new_certificate(key.get(), "test server", options.valid_from, options.valid_until);
    std::string names;
    for (const auto& name : options.names)
        names += (names.empty() ? "" : ",") + name;
    add_extension(certificate.get(), issuer.get(), NID_subject_alt_name, names);
    add_extension(certificate.get(), issuer.get(), NID_ext_key_usage, "serverAuth");
    return signed_pair(certificate.get(), key.get(), issuer.get(), issuer_key.get(), options.digest);
}

std::string make_ocsp_response(const Certificate& certificate, const Certificate& authority,
                               const Certificate& signer, Revocation status) {
    constexpr long day = 24L * 3600;
    const auto subject = certificate_of(certificate);
    const auto issuer = certificate_of(authority);
    const OcspId id(OCSP_cert_to_id(EVP_sha1(), subject.get(), issuer.get()));
    const OcspBasic basic(OCSP_BASICRESP_new());
    const Time yesterday(X509_gmtime_adj(nullptr, -day));
    const Time tomorrow(X509_gmtime_adj(nullptr, day));
    const bool revoked = status == Revocation::revoked;
    require(OCSP_basic_add1_status(basic.get(), id.get(),
                                   revoked ? V_OCSP_CERTSTATUS_REVOKED : V_OCSP_CERTSTATUS_GOOD,
                                   OCSP_REVOKED_STATUS_KEYCOMPROMISE, revoked ? yesterday.get() : nullptr,
                                   yesterday.get(), tomorrow.get())
                != nullptr,
            "stating a revocation");
    require(OCSP_basic_sign(basic.get(), certificate_of(signer).get(), key_of(signer).get(), EVP_sha256(),
                            nullptr, 0)
                == 1,
            "signing an OCSP response");
    const OcspResponse response(OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()));
    unsigned char* bytes = nullptr;
    const int length = i2d_OCSP_RESPONSE(response.get(), &bytes);
    require(length > 0, "encoding an OCSP response");
    std::string text(bytes, bytes + length);
    OPENSSL_free(bytes);
    return text;
}

SslContext make_server_context(const Certificate& identity) {
    SslContext context(SSL_CTX_new(TLS_server_method()));
    require(context != nullptr, "making a TLS context");
    SSL_CTX_set_security_level(context.get(), 0); // a server may be as weak as a test wants it
    require(SSL_CTX_use_certificate(context.get(), certificate_of(identity).get()) == 1,
            "using the certificate");
    require(SSL_CTX_use_PrivateKey(context.get(), key_of(identity).get()) == 1, "using the key");
    return context;
}

void send_with_chain(SSL_CTX* context, const Certificate& intermediate) {
    require(SSL_CTX_add1_chain_cert(context, certificate_of(intermediate).get()) == 1, "adding to the chain");
}

void staple(SSL_CTX* context, const std::string& response) {
    // What SSL_CTX_set_tlsext_status_cb and SSL_CTX_set_tlsext_status_arg do, which are macros with C casts.
    SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB,
                          reinterpret_cast<void (*)()>(send_stapled));
    SSL_CTX_ctrl(context, SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB_ARG, 0, const_cast<std::string*>(&response));
}

} // namespace test_support
