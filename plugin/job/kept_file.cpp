#include "job/kept_file.hpp"

#include "base/ascii.hpp"
#include "json/json_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace job_engine {
namespace {

namespace json = boost::json;

constexpr std::int64_t end_of_time = 253'402'300'800; // the year 10 000, which no signature can name

// Empty: it is not there.
std::string text_of(const json::object& file, std::string_view name) {
    const auto* member = file.if_contains(name);
    const bool is_text = member != nullptr && member->is_string();
    return is_text && member->get_string().size() <= max_kept_url_bytes ? std::string(member->get_string())
                                                                        : std::string();
}

std::int64_t since_when(const json::object& file) {
    const auto* member = file.if_contains("since");
    const auto since = member != nullptr && member->is_int64() ? member->get_int64() : 0;
    return since >= 0 && since < end_of_time ? since : 0;
}

} // namespace

std::string to_text(const KeptFile& file) {
    json::object out{{"sha256", file.digest.text()}};
    if (!file.url.empty())
        out["url"] = file.url;
    if (!file.object.empty()) {
        out["object"] = file.object;
        out["signed_url"] = file.signed_url.text();
    }
    if (file.is_within_reach())
        out["since"] = file.since;
    return json::serialize(out);
}

std::optional<KeptFile> read_kept_file(std::string_view text) {
    const auto document = parse_json(text);
    const auto* file = document ? document->if_object() : nullptr;
    if (file == nullptr)
        return std::nullopt;
    const auto digest = text_of(*file, "sha256");
    if (!is_hex_digest(digest))
        return std::nullopt;
    KeptFile kept{HexDigest(digest), {}, {}};
    auto url = text_of(*file, "url");
    const auto signed_url = text_of(*file, "signed_url");
    if (!url.empty() && is_printable_without_space(url)) {
        kept.url = std::move(url);
    } else if (is_hex_digest(signed_url)) {
        kept.object = text_of(*file, "object");
        kept.signed_url = kept.object.empty() ? HexDigest() : HexDigest(signed_url);
    }
    if (kept.is_within_reach())
        kept.since = since_when(*file);
    return kept;
}

} // namespace job_engine
