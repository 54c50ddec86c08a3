#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace pixelml {

std::string hex(std::span<const unsigned char> bytes);

using Sha256 = std::array<unsigned char, 32>;
Sha256 sha256(std::string_view text);
std::string sha256_hex(std::string_view text);

// Before OPENSSL_cleanup, and when nobody asks for a digest any more.
void release_sha256() noexcept;

} // namespace pixelml
