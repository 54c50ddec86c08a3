#include "base/sha256.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <atomic>
#include <stdexcept>

namespace job_engine {
namespace {

// Looked up once: EVP_sha256() is looked up anew in each digest, which takes longer than a short digest does.
constinit std::atomic<EVP_MD*> fetched = nullptr;

const EVP_MD* algorithm() {
    if (auto* known = fetched.load())
        return known;
    auto* made = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    EVP_MD* other = nullptr;
    if (fetched.compare_exchange_strong(other, made))
        return made;
    EVP_MD_free(made);
    return other;
}

} // namespace

std::string hex(std::span<const unsigned char> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text(2 * bytes.size(), '\0');
    auto out = text.begin();
    for (const auto byte : bytes) {
        *out++ = digits[byte >> 4U];
        *out++ = digits[byte & 0xfU];
    }
    return text;
}

Sha256 sha256(std::string_view text) {
    Sha256 digest{};
    unsigned int size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, algorithm(), nullptr) != 1)
        throw std::runtime_error("SHA-256 is not available");
    return digest;
}

std::string sha256_hex(std::string_view text) {
    return hex(sha256(text));
}

Sha256 hmac_sha256(std::string_view key, std::string_view text) {
    Sha256 digest{};
    unsigned int size = 0;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL's bytes are unsigned
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    if (HMAC(algorithm(), key.data(), static_cast<int>(key.size()), bytes, text.size(), digest.data(), &size)
        == nullptr)
        throw std::runtime_error("HMAC is not available");
    return digest;
}

std::string_view bytes_of(const Sha256& digest) noexcept {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

bool is_hex_digest(std::string_view text) noexcept {
    return text.size() == 2 * sizeof(Sha256)
           && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

HexDigest::HexDigest(std::string_view text) {
    if (!is_hex_digest(text))
        throw std::invalid_argument("not a digest");
    const auto value = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
    for (std::size_t i = 0; i < bytes_.size(); ++i)
        bytes_.at(i) = static_cast<unsigned char>(value(text[2 * i]) * 16 + value(text[2 * i + 1]));
}

void release_sha256() noexcept {
    EVP_MD_free(fetched.exchange(nullptr));
}

} // namespace job_engine
