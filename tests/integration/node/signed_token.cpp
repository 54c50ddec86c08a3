#include "signed_token.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace node_tests {
namespace {

const unsigned char* bytes_of(const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data()); // NOLINT: OpenSSL's bytes are unsigned
}

std::string decoded(std::string part) {
    std::replace(part.begin(), part.end(), '-', '+');
    std::replace(part.begin(), part.end(), '_', '/');
    const auto filling = (4 - part.size() % 4) % 4;
    part.append(filling, '=');
    std::vector<unsigned char> out(part.size());
    const auto size = EVP_DecodeBlock(out.data(), bytes_of(part), static_cast<int>(part.size()));
    if (size < 0)
        throw std::runtime_error("a part of the token is no base64url");
    return {out.begin(), out.begin() + size - static_cast<std::ptrdiff_t>(filling)};
}

} // namespace

SignedToken::SignedToken(const std::string& text) {
    const auto first = text.find('.');
    const auto second = text.find('.', first + 1);
    if (first == std::string::npos || second == std::string::npos)
        throw std::runtime_error("not a token of three parts: " + text);
    payload = text.substr(first + 1, second - first - 1);
    signature = text.substr(second + 1);
    const auto header = boost::json::parse(decoded(text.substr(0, first)));
    const auto claims = boost::json::parse(decoded(payload));
    algorithm = header.at("alg").as_string();
    issuer = claims.at("iss").as_string();
    expires = claims.at("exp").as_int64();
    not_before = claims.at("nbf").as_int64();

    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    const std::string_view secret = api_secret;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(text), second, digest.data(),
         &size);
    is_signed = decoded(signature) == std::string(digest.begin(), digest.begin() + size);
}

} // namespace node_tests
