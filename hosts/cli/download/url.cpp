#include "download/url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace cli {

namespace {

constexpr unsigned int as_browsers_do = CURLU_URLENCODE; // spaces and letters beyond ASCII are in replies

struct UrlCleanup {
    void operator()(CURLU* handle) const { curl_url_cleanup(handle); }
};
using UrlHandle = std::unique_ptr<CURLU, UrlCleanup>;

struct TextCleanup {
    void operator()(char* text) const { curl_free(text); }
};

std::string part_of(CURLU* handle, CURLUPart part, unsigned int flags = 0) {
    char* text = nullptr;
    if (curl_url_get(handle, part, &text, flags) != CURLUE_OK)
        return "";
    const std::unique_ptr<char, TextCleanup> owner(text);
    return text;
}

std::string ascii_lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::string percent_decoded(std::string_view text) {
    int length = 0;
    const std::unique_ptr<char, TextCleanup> decoded(
        curl_easy_unescape(nullptr, std::string(text).c_str(), static_cast<int>(text.size()), &length));
    return decoded ? std::string(decoded.get(), static_cast<std::size_t>(length)) : std::string(text);
}

std::vector<std::pair<std::string, std::string>> parameters_of(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> all;
    while (!query.empty()) {
        const std::string_view one = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(one.size() + 1, query.size()));
        const std::size_t equals = std::min(one.find('='), one.size());
        const std::string_view value = one.substr(std::min(equals + 1, one.size()));
        all.emplace_back(ascii_lower(percent_decoded(one.substr(0, equals))), percent_decoded(value));
    }
    return all;
}

std::optional<Url> read_url(CURLU* handle) {
    Url url;
    url.text = part_of(handle, CURLUPART_URL);
    url.scheme = part_of(handle, CURLUPART_SCHEME);
    url.host = ascii_lower(part_of(handle, CURLUPART_HOST));
    url.port = part_of(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    url.path = part_of(handle, CURLUPART_PATH);
    url.query = parameters_of(part_of(handle, CURLUPART_QUERY));
    if ((url.scheme != "http" && url.scheme != "https") || url.host.empty() || url.text.empty())
        return std::nullopt;
    return url;
}

} // namespace

std::optional<Url> parse_url(const std::string& text) {
    const UrlHandle handle(curl_url());
    if (!handle || text.find('\0') != std::string::npos
        || curl_url_set(handle.get(), CURLUPART_URL, text.c_str(), as_browsers_do) != CURLUE_OK)
        return std::nullopt;
    return read_url(handle.get());
}

std::optional<Url> resolve_url(const Url& base, const std::string& reference) {
    const UrlHandle handle(curl_url());
    if (!handle || curl_url_set(handle.get(), CURLUPART_URL, base.text.c_str(), 0) != CURLUE_OK
        || curl_url_set(handle.get(), CURLUPART_URL, reference.c_str(), as_browsers_do) != CURLUE_OK)
        return std::nullopt;
    return read_url(handle.get());
}

bool same_origin(const Url& one, const Url& other) {
    return one.scheme == other.scheme && one.host == other.host && one.port == other.port;
}

std::string extension_of(const Url& url) {
    const std::string last = url.path.substr(url.path.rfind('/') + 1);
    const std::size_t dot = last.rfind('.');
    return dot == std::string::npos ? "" : ascii_lower(percent_decoded(last.substr(dot + 1)));
}

} // namespace cli
