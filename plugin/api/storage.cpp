#include "api/storage.hpp"

#include "base/plain_text.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace job_engine {
namespace {

namespace json = boost::json;

constexpr std::int64_t usual_lifetime_seconds = 86400;

std::string member_text(const json::object& object, std::string_view name, std::string_view otherwise) {
    const auto* member = object.if_contains(name);
    return std::string(member != nullptr ? trimmed(member->as_string()) : otherwise);
}

// A certificate for *.s3.REGION.amazonaws.com is not one for a bucket with dots.
bool is_bucket_in_host(const json::object& storage, bool is_aws, const std::string& bucket) {
    if (const auto* given = storage.if_contains("bucket_in_host"))
        return given->as_bool();
    return is_aws && bucket.find('.') == std::string::npos;
}

// Also loopback's, which may be spoken to without TLS: no name in front of it is on this machine.
bool is_address(const std::string& host) {
    boost::system::error_code ec;
    boost::asio::ip::make_address(host, ec);
    return !ec;
}

// Without the slash at its end, and escaped as the storage escapes it before it signs.
std::string as_it_is_signed(std::string_view path) {
    while (path.ends_with('/'))
        path.remove_suffix(1);
    return path.empty() ? std::string() : percent_encoded_path(percent_decoded(path.substr(1)));
}

std::optional<std::string> endpoint_fault(const HttpUrl& url, bool allow_insecure_loopback) {
    if (!url.user_info.empty())
        return "must not hold a user name or password";
    if (url.target.find('?') != std::string::npos)
        return "must not have a query";
    return media_url_fault(url, allow_insecure_loopback);
}

} // namespace

boost::system::result<Storage, Violation> read_storage(const json::object& storage,
                                                       bool allow_insecure_loopback) {
    Storage out;
    out.region = member_text(storage, "region", "");
    if (out.region.empty())
        out.region = "us-east-1";
    out.bucket = member_text(storage, "bucket", "");
    out.prefix = member_text(storage, "prefix", "workflow-node/");
    const auto* lifetime = storage.if_contains("lifetime_seconds");
    out.lifetime = std::chrono::seconds(lifetime != nullptr ? lifetime->as_int64() : usual_lifetime_seconds);
    auto endpoint = member_text(storage, "endpoint", "");
    const bool is_aws = endpoint.empty();
    if (is_aws)
        endpoint = "https://s3." + out.region + ".amazonaws.com";
    const auto url = parse_http_url(endpoint);
    if (!url)
        return Violation{"/endpoint", url.error()};
    if (auto fault = endpoint_fault(*url, allow_insecure_loopback))
        return Violation{"/endpoint", std::move(*fault)};
    out.origin = url->origin;
    out.base_path = as_it_is_signed(url->target);
    if (is_bucket_in_host(storage, is_aws, out.bucket)) {
        if (is_address(out.origin.host))
            return Violation{"/bucket_in_host", "must be false, because the endpoint is an IP address"};
        out.origin.host.insert(0, out.bucket + ".");
    } else {
        out.base_path += "/" + out.bucket;
    }
    out.keys = read_storage_keys(storage);
    if (!is_printable_ascii(out.keys.session_token.view()))
        return Violation{"/session_token", "must be printable ASCII"};
    for (const auto& [name, key] :
         {std::pair{"/access_key", &out.keys.access_key}, std::pair{"/secret_key", &out.keys.secret_key}})
        if (key->empty() || !is_printable_ascii(key->view()))
            return Violation{name, "must be printable ASCII, and not empty"};
    if (std::any_of(out.prefix.begin(), out.prefix.end(),
                    [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
        return Violation{"/prefix", "must not have control characters"};
    if (out.prefix.starts_with('/'))
        return Violation{"/prefix", "must not begin with /"};
    if (const auto path = "/" + out.prefix + "/";
        path.find("/./") != std::string::npos || path.find("/../") != std::string::npos)
        return Violation{"/prefix", "must not have . or .. between slashes: on its way to the storage a URL "
                                    "loses them"};
    return out;
}

StorageKeys read_storage_keys(const json::object& storage) {
    const auto key = [&](std::string_view name) {
        const auto* member = storage.if_contains(name);
        return member != nullptr ? Secret(trimmed(member->as_string())) : Secret();
    };
    return {key("access_key"), key("secret_key"), key("session_token")};
}

void add_storage_secrets(std::vector<Secret>& secrets, const StorageKeys& keys) {
    add_forms(secrets, keys.session_token.view());
    add_forms(secrets, keys.secret_key.view()); // access_key is a name, and may be a word of every reply
}

} // namespace job_engine
