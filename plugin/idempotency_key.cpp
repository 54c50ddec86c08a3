#include "idempotency_key.hpp"

#include "sha256.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/serialize.hpp>

#include <unistd.h>

#include <array>
#include <stdexcept>

namespace pixelml {

std::string input_digest(const Input& input) {
    std::array<unsigned char, 2048> room; // NOLINT(cppcoreguidelines-pro-type-member-init): for the allocator
    boost::json::monotonic_resource memory(room.data(), room.size());
    return sha256_hex(boost::json::serialize(values_by_name(input, &memory)));
}

std::string idempotency_key(std::string_view run_key, std::string_view input_digest, int generation) {
    // The digest has a fixed length and the number no other end, so no two triples give one text.
    return sha256_hex(std::string(input_digest) + std::to_string(generation) + "/" + std::string(run_key));
}

std::string random_run_key() {
    std::array<unsigned char, 16> bytes{};
    if (::getentropy(bytes.data(), bytes.size()) != 0)
        throw std::runtime_error("no random numbers are available");
    return hex(bytes);
}

} // namespace pixelml
