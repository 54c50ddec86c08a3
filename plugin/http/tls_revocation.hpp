#pragma once

#include <openssl/ssl.h>

namespace job_engine {

// Has the context ask servers to staple what their authority says of their certificates (OCSP), and refuse
// a chain with a certificate that was revoked. A server that staples nothing, or nothing its authority
// signed, is accepted: who hides a revocation would staple nothing either.
void refuse_stapled_revocations(SSL_CTX* context);

} // namespace job_engine
