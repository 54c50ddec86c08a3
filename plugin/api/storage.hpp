#pragma once

#include "base/secret.hpp"
#include "http/url.hpp"
#include "json/violation.hpp"

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace job_engine {

struct StorageKeys {
    Secret access_key;
    Secret secret_key;
    Secret session_token; // of keys for a short time; empty: they are for long
};

// A user's S3-compatible bucket, from which a service can fetch files.
struct Storage {
    Origin origin; // with the bucket in front of the host, if that is its place
    std::string
        base_path; // in front of each object: empty or "/...", with the bucket if it is not in the host
    std::string region;
    std::string bucket;
    std::string prefix; // of the objects' names
    std::chrono::seconds lifetime{};
    StorageKeys keys;
};

// Reads the connection's "storage", which is as the schema says.
boost::system::result<Storage, Violation> read_storage(const boost::json::object& storage,
                                                       bool allow_insecure_loopback);

StorageKeys read_storage_keys(const boost::json::object& storage);
void add_storage_secrets(std::vector<Secret>& secrets, const StorageKeys& keys);

} // namespace job_engine
