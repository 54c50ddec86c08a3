#pragma once

#include "api/storage.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace job_engine {

// Requests to a bucket that need no further credentials: AWS Signature Version 4 in the query, with a payload
// that is not signed, because the file is not read twice.

// The path and query of a request about this object. now: Unix seconds; the URL works from then on.
std::string presigned_target(const Storage& storage, std::string_view method, std::string_view object,
                             std::int64_t now, std::chrono::seconds lifetime);

// What a checkpoint keeps of a file in the storage: the same URL can be made of it again, without keeping its
// signature.
struct StoredFile {
    std::string object;
    std::int64_t signed_at = 0; // Unix seconds

    friend bool operator==(const StoredFile&, const StoredFile&) = default;
};

// The URL by which a service fetches it.
std::string stored_file_url(const Storage& storage, const StoredFile& file);

// The part of such a URL that is a secret.
std::string_view signature_in(std::string_view url) noexcept;

// The name of a run's file: the same whenever the run uploads it again.
std::string object_name(const Storage& storage, std::string_view run_digest, std::string_view extension);

// "jpg" of "image/jpeg"; empty: not known.
std::string_view extension_of(std::string_view media_type) noexcept;

} // namespace job_engine
