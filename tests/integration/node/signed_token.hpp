#pragma once

#include <cstdint>
#include <string>

namespace node_tests {

inline constexpr const char* api_secret = "secret-91c4-of-these-tests";

// A JSON Web Token as a service reads it.
struct SignedToken {
    // Throws std::exception where the text is none.
    explicit SignedToken(const std::string& text);

    std::string payload; // as it was sent
    std::string signature;
    std::string algorithm;
    std::string issuer;
    std::int64_t expires = 0; // Unix seconds
    std::int64_t not_before = 0;
    bool is_signed = false; // with api_secret
};

} // namespace node_tests
