#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace durable {

// From the system's source of randomness.
std::uint64_t random_bits();

// "0123456789abcdef": 16 digits.
std::string hex_text(std::uint64_t number);

// FNV-1a: to find equal texts; not collision-resistant.
std::uint64_t hash_text(std::string_view text);

} // namespace durable
