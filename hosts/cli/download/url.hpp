#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cli {

// An absolute http or https URL, as libcurl reads it: what judges a URL must see the host that is asked.
struct Url {
    std::string text;
    std::string scheme; // "http" or "https"
    std::string host;   // in lower case; "[::1]" has its brackets
    std::string port;
    std::string path;                                       // as it is in the URL
    std::vector<std::pair<std::string, std::string>> query; // decoded; names in lower case
};

// nullopt: it is no such URL.
std::optional<Url> parse_url(const std::string& text);

// Where a reference in a reply of `base` leads.
std::optional<Url> resolve_url(const Url& base, const std::string& reference);

bool same_origin(const Url& one, const Url& other);

// The extension of the path's last part, in lower case, without its dot; empty: it has none.
std::string extension_of(const Url& url);

} // namespace cli
