#include "job/idempotency_key.hpp"

#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string_view>

namespace job_engine {

HexDigest idempotency_key(std::string_view run_key, const HexDigest& input_digest, int generation) {
    // The digest has a fixed length and the number no other end, so no two triples give one text.
    auto text = input_digest.text();
    text += std::to_string(generation);
    text += '/';
    text += run_key;
    return HexDigest(sha256(text));
}

HexDigest digest_with_file(const HexDigest& inputs, const HexDigest& file) {
    return HexDigest(sha256(inputs.text() + file.text()));
}

std::string random_run_key() {
    constexpr std::string_view alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
    std::array<unsigned char, 15> bytes{};
    if (::getentropy(bytes.data(), bytes.size()) != 0)
        throw std::runtime_error("no random numbers are available");
    std::string key;
    for (const auto byte : bytes)
        key += alphabet[byte % alphabet.size()];
    return key;
}

} // namespace job_engine
