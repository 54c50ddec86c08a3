#include "upload/presigned_url.hpp"

#include "base/sha256.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace job_engine {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view before_signature = "&X-Amz-Signature="; // which is the last
constexpr std::string_view payload = "UNSIGNED-PAYLOAD";

std::string digits(unsigned value, std::size_t width) {
    auto text = std::to_string(value);
    return std::string(width - std::min(width, text.size()), '0') + text;
}

// "20130524T000000Z"
std::string moment_text(std::int64_t unix_seconds) {
    const std::chrono::sys_seconds moment{std::chrono::seconds(unix_seconds)};
    const auto day = std::chrono::floor<std::chrono::days>(moment);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(moment - day);
    return digits(static_cast<unsigned>(static_cast<int>(date.year())), 4)
           + digits(static_cast<unsigned>(date.month()), 2) + digits(static_cast<unsigned>(date.day()), 2)
           + "T" + digits(static_cast<unsigned>(time.hours().count()), 2)
           + digits(static_cast<unsigned>(time.minutes().count()), 2)
           + digits(static_cast<unsigned>(time.seconds().count()), 2) + "Z";
}

std::string signature_of(const Storage& storage, std::string_view day, const std::string& text) {
    WipedText begin;
    append(begin, "AWS4");
    append(begin, storage.keys.secret_key.view());
    auto key = hmac_sha256(view(begin), day);
    for (const std::string_view part :
         {std::string_view(storage.region), std::string_view("s3"), std::string_view("aws4_request")})
        key = hmac_sha256(bytes_of(key), part);
    auto signature = hex(hmac_sha256(bytes_of(key), text));
    OPENSSL_cleanse(key.data(), key.size());
    return signature;
}

} // namespace

std::string presigned_target(const Storage& storage, std::string_view method, std::string_view object,
                             std::int64_t now, std::chrono::seconds lifetime) {
    const auto moment = moment_text(now);
    const auto day = moment.substr(0, 8);
    const auto scope = day + "/" + storage.region + "/s3/aws4_request";
    const auto path = storage.base_path + percent_encoded_path(object);
    // In the order of their names, as they are signed.
    auto query = "X-Amz-Algorithm=" + std::string(algorithm) + "&X-Amz-Credential="
                 + percent_encoded_segment(std::string(storage.keys.access_key.view()) + "/" + scope)
                 + "&X-Amz-Date=" + moment + "&X-Amz-Expires=" + std::to_string(lifetime.count());
    if (const auto& token = storage.keys.session_token; !token.empty())
        query += "&X-Amz-Security-Token=" + percent_encoded_segment(token.view());
    query += "&X-Amz-SignedHeaders=host";
    const auto request = std::string(method) + "\n" + path + "\n" + query
                         + "\nhost:" + storage.origin.authority() + "\n\nhost\n" + std::string(payload);
    const auto to_sign = std::string(algorithm) + "\n" + moment + "\n" + scope + "\n" + sha256_hex(request);
    return path + "?" + query + std::string(before_signature) + signature_of(storage, day, to_sign);
}

std::string stored_file_url(const Storage& storage, const StoredFile& file) {
    return storage.origin.text()
           + presigned_target(storage, "GET", file.object, file.signed_at, storage.lifetime);
}

std::string_view signature_in(std::string_view url) noexcept {
    const auto at = url.rfind(before_signature);
    return at != std::string_view::npos ? url.substr(at + before_signature.size()) : std::string_view();
}

std::string object_name(const Storage& storage, std::string_view run_digest, std::string_view extension) {
    auto name = storage.prefix + std::string(run_digest);
    return extension.empty() ? name : name + "." + std::string(extension);
}

std::string_view extension_of(std::string_view media_type) noexcept {
    constexpr std::pair<std::string_view, std::string_view> known[] = {
        {"image/jpeg", "jpg"},  {"image/png", "png"},   {"image/webp", "webp"}, {"image/gif", "gif"},
        {"image/avif", "avif"}, {"image/heic", "heic"}, {"image/bmp", "bmp"},   {"image/tiff", "tiff"},
    };
    const auto* found = std::find_if(std::begin(known), std::end(known),
                                     [&](const auto& row) { return row.first == media_type; });
    return found != std::end(known) ? found->second : std::string_view();
}

} // namespace job_engine
