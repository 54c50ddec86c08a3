#pragma once

#include "base/sha256.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace job_engine {

// What a checkpoint keeps of the file that is part of a submit: enough to send the same body again. That
// decides over money: a body with another file under the same key could be answered with a video of this one.
// It holds no secret of the connection, but the URL is the service's own, by which anybody may be able to
// read the file.
struct KeptFile {
    HexDigest digest;          // of its bytes
    std::string url;           // by which the service has it
    std::string object;        // instead: its name in the connection's storage, whose URL is signed again
    std::int64_t since = 0;    // Unix seconds: when it was handed over and its URL signed
    HexDigest signed_url = {}; // of an object: another storage, or another key, makes another one

    // Otherwise the bytes went with the submit, and the host has to give them again.
    bool is_within_reach() const noexcept { return !url.empty() || !object.empty(); }

    friend bool operator==(const KeptFile&, const KeptFile&) = default;
};

// Longer URLs are not kept, and so not used: a checkpoint has a limit.
inline constexpr std::size_t max_kept_url_bytes = 4'096;

std::string to_text(const KeptFile& file); // JSON
// Where it is counts only if it can be used in a request. nullopt: not even the digest is there.
std::optional<KeptFile> read_kept_file(std::string_view text);

} // namespace job_engine
