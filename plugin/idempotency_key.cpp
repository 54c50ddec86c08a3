#include "idempotency_key.hpp"

#include "sha256.hpp"

#include <boost/json/serialize.hpp>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>

namespace pixelml {

std::string input_digest(const Input& input) {
    return sha256_hex(boost::json::serialize(values_by_name(input)));
}

std::string idempotency_key(std::string_view run_key, std::string_view input_digest, int generation) {
    // The digest has a fixed length and the number no other end, so no two triples give one text.
    return sha256_hex(std::string(input_digest) + std::to_string(generation) + "/" + std::string(run_key));
}

std::string random_run_key() {
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        throw std::runtime_error("no random numbers are available");
    return hex(bytes);
}

} // namespace pixelml
