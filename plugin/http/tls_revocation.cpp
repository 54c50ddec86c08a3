#include "http/tls_revocation.hpp"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <memory>

namespace job_engine {
namespace {

struct Free {
    void operator()(OCSP_RESPONSE* response) const noexcept { OCSP_RESPONSE_free(response); }
    void operator()(OCSP_BASICRESP* response) const noexcept { OCSP_BASICRESP_free(response); }
    void operator()(OCSP_CERTID* id) const noexcept { OCSP_CERTID_free(id); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// What was stapled, if the chain's authority signed it.
Owned<OCSP_BASICRESP> stapled_response(SSL* ssl, STACK_OF(X509) * chain) {
    const unsigned char* bytes = nullptr;
    // SSL_get_tlsext_status_ocsp_resp and its like are macros with C casts.
    const auto length = SSL_ctrl(ssl, SSL_CTRL_GET_TLSEXT_STATUS_REQ_OCSP_RESP, 0, &bytes);
    if (bytes == nullptr || length <= 0)
        return nullptr;
    const Owned<OCSP_RESPONSE> response(d2i_OCSP_RESPONSE(nullptr, &bytes, length));
    if (response == nullptr)
        return nullptr;
    Owned<OCSP_BASICRESP> basic(OCSP_response_get1_basic(response.get()));
    auto* trusted = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));
    if (basic == nullptr || OCSP_basic_verify(basic.get(), chain, trusted, 0) != 1)
        return nullptr;
    return basic;
}

bool is_revoked(OCSP_BASICRESP* response, const X509* certificate, const X509* issuer) {
    for (const auto* digest :
         std::array{EVP_sha1(), EVP_sha256()}) { // by which a responder names certificates
        const Owned<OCSP_CERTID> id(OCSP_cert_to_id(digest, certificate, issuer));
        int status = V_OCSP_CERTSTATUS_UNKNOWN;
        if (id != nullptr
            && OCSP_resp_find_status(response, id.get(), &status, nullptr, nullptr, nullptr, nullptr) == 1
            && status == V_OCSP_CERTSTATUS_REVOKED)
            return true;
    }
    return false;
}

// 1: go on with the handshake; 0: end it.
int judge_stapled(SSL* ssl, void* /*unused*/) {
    auto* chain = SSL_get0_verified_chain(ssl);
    const auto response = chain != nullptr ? stapled_response(ssl, chain) : nullptr;
    ERR_clear_error(); // what was odd about a response is not what ends the handshake
    if (response == nullptr)
        return 1;
    for (int i = 0; i + 1 < sk_X509_num(chain); ++i)
        if (is_revoked(response.get(), sk_X509_value(chain, i), sk_X509_value(chain, i + 1))) {
            SSL_set_verify_result(ssl, X509_V_ERR_CERT_REVOKED);
            return 0;
        }
    return 1;
}

} // namespace

void refuse_stapled_revocations(SSL_CTX* context) {
    SSL_CTX_ctrl(context, SSL_CTRL_SET_TLSEXT_STATUS_REQ_TYPE, TLSEXT_STATUSTYPE_ocsp, nullptr);
    // SSL_CTX_set_tlsext_status_cb is a macro with a C cast, to the type of any callback.
    SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB,
                          reinterpret_cast<void (*)()>(judge_stapled));
}

} // namespace job_engine
