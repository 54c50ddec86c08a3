#include "job/kept_file.hpp"

#include "base/ascii.hpp"
#include "json/json_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace job_engine {
namespace {

namespace json = boost::json;

// nullopt: it is there, and cannot be used in a request.
std::optional<std::string> usable_text(const json::object& file, std::string_view name) {
    const auto* member = file.if_contains(name);
    if (member == nullptr)
        return std::string();
    const bool is_usable = member->is_string() && member->get_string().size() <= max_kept_url_bytes
                           && is_printable_without_space(member->get_string());
    return is_usable ? std::optional(std::string(member->get_string())) : std::nullopt;
}

} // namespace

std::string to_text(const KeptFile& file) {
    json::object out{{"sha256", file.digest.text()}};
    if (!file.url.empty())
        out["url"] = file.url;
    if (!file.object.empty()) {
        out["object"] = file.object;
        out["signed_at"] = file.signed_at;
    }
    return json::serialize(out);
}

std::optional<KeptFile> read_kept_file(std::string_view text) {
    const auto document = parse_json(text);
    const auto* file = document ? document->if_object() : nullptr;
    const auto* digest = file != nullptr ? file->if_contains("sha256") : nullptr;
    if (digest == nullptr || !digest->is_string() || !is_hex_digest(digest->get_string()))
        return std::nullopt;
    auto url = usable_text(*file, "url");
    auto object = usable_text(*file, "object");
    if (!url || !object)
        return std::nullopt;
    KeptFile kept{HexDigest(std::string_view(digest->get_string())), std::move(*url), std::move(*object)};
    if (kept.object.empty())
        return kept;
    const auto* signed_at = file->if_contains("signed_at");
    if (signed_at == nullptr || !signed_at->is_int64())
        return std::nullopt;
    kept.signed_at = signed_at->get_int64();
    return kept;
}

} // namespace job_engine
