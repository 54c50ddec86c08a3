#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace test_support {

// A certificate and its private key, as PEM texts.
struct Certificate {
    std::string certificate_pem;
    std::string key_pem;
};

struct LeafOptions {
    std::vector<std::string> names{"IP:127.0.0.1", "DNS:localhost"}; // subjectAltName
    std::chrono::hours valid_from{-1};                               // from now on
    std::chrono::hours valid_until{24};
    const char* digest = "SHA256"; // of the authority's signature
};

// Certificates that exist for one test only. Throw std::runtime_error.
Certificate make_authority(const std::string& common_name);
Certificate make_intermediate(const Certificate& authority);
Certificate make_leaf(const Certificate& authority, const LeafOptions& options = {});

enum class Revocation { good, revoked };

// An OCSP response (DER) about a certificate of the authority's, signed by `signer`.
std::string make_ocsp_response(const Certificate& certificate, const Certificate& authority,
                               const Certificate& signer, Revocation status);

} // namespace test_support
