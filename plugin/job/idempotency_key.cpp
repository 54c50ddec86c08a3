#include "job/idempotency_key.hpp"

#include <unistd.h>

#include <array>
#include <stdexcept>

namespace job_engine {

HexDigest idempotency_key(std::string_view run_key, const HexDigest& input_digest, int generation) {
    // The digest has a fixed length and the number no other end, so no two triples give one text.
    auto text = input_digest.text();
    text += std::to_string(generation);
    text += '/';
    text += run_key;
    return HexDigest(sha256(text));
}

std::string random_run_key() {
    std::array<unsigned char, 16> bytes{};
    if (::getentropy(bytes.data(), bytes.size()) != 0)
        throw std::runtime_error("no random numbers are available");
    return hex(bytes);
}

} // namespace job_engine
