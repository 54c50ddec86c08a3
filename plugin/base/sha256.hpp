#pragma once

#include <array>
#include <compare>
#include <span>
#include <string>
#include <string_view>

namespace job_engine {

std::string hex(std::span<const unsigned char> bytes);

using Sha256 = std::array<unsigned char, 32>;
Sha256 sha256(std::string_view text);
std::string sha256_hex(std::string_view text);

// HMAC-SHA256, RFC 2104.
Sha256 hmac_sha256(std::string_view key, std::string_view text);
std::string_view bytes_of(const Sha256& digest) noexcept;

// A digest that is a text everywhere but where it is kept: there it takes a quarter of the memory.
class HexDigest {
public:
    HexDigest() = default;
    explicit HexDigest(const Sha256& bytes) : bytes_(bytes) {}
    // Throws std::invalid_argument unless is_hex_digest.
    HexDigest(std::string_view text); // NOLINT(google-explicit-constructor): it is that text
    HexDigest(const std::string& text)
        : HexDigest(std::string_view(text)) {} // NOLINT(google-explicit-constructor)

    std::string text() const { return hex(bytes_); }

    friend auto operator<=>(const HexDigest&, const HexDigest&) = default;

private:
    Sha256 bytes_{};
};

// 64 hexadecimal digits in lower case.
bool is_hex_digest(std::string_view text) noexcept;

// Before OPENSSL_cleanup, and when nobody asks for a digest any more.
void release_sha256() noexcept;

} // namespace job_engine
