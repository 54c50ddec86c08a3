#include "journal/random_text.hpp"

#include <cinttypes>
#include <cstdio>
#include <random>

namespace durable {

std::uint64_t random_bits() {
    std::random_device source;
    return static_cast<std::uint64_t>(source()) << 32 | source();
}

std::string hex_text(std::uint64_t number) {
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016" PRIx64, number);
    return digits;
}

std::uint64_t hash_text(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3;
    }
    return hash;
}

} // namespace durable
