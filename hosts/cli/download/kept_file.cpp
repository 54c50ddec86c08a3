#include "download/kept_file.hpp"

#include "posix/files.hpp"

#include <openssl/evp.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <new>
#include <string_view>
#include <system_error>

namespace cli {

namespace {

class Sha256 {
public:
    Sha256() : context_(EVP_MD_CTX_new()) {
        if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
            throw std::bad_alloc();
    }
    void add(std::string_view data) { EVP_DigestUpdate(context_.get(), data.data(), data.size()); }
    std::string text() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned int size = 0;
        EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
        std::string hex;
        for (unsigned int i = 0; i < size; ++i) {
            constexpr std::string_view digits = "0123456789abcdef";
            hex += digits[digest[i] >> 4];
            hex += digits[digest[i] & 15];
        }
        return hex;
    }

private:
    struct Cleanup {
        void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD_CTX, Cleanup> context_;
};

std::system_error read_failure(const std::string& path) {
    return {errno, std::generic_category(), "cannot read \"" + path + "\""};
}

} // namespace

KeptFile inspect_file(const std::string& path) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        throw read_failure(path);
    KeptFile kept;
    kept.path = path;
    Sha256 hash;
    std::string buffer(std::size_t{256} * 1024, '\0');
    for (;;) {
        const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            throw read_failure(path);
        const auto size = static_cast<std::size_t>(got > 0 ? got : 0);
        hash.add({buffer.data(), size});
        kept.bytes += size;
    }
    kept.sha256 = hash.text();
    kept.facts = mp4_facts(
        [&](std::uint64_t at, std::size_t size) {
            std::string bytes(size, '\0');
            const ssize_t got = ::pread(file.get(), bytes.data(), size, static_cast<off_t>(at));
            bytes.resize(static_cast<std::size_t>(got > 0 ? got : 0));
            return bytes;
        },
        kept.bytes);
    return kept;
}

std::string sha256_text(const std::string& text) {
    Sha256 hash;
    hash.add(text);
    return hash.text();
}

} // namespace cli
