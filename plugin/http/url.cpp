#include "http/url.hpp"

#include "base/ascii.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <system_error>

namespace job_engine {
namespace {

namespace urls = boost::urls;

constexpr std::size_t max_url_bytes = std::size_t{8} << 10;

std::string without_brackets(std::string_view host) {
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    return ascii_lower_case(host);
}

// The first character that a URL may not hold, npos: there is none.
std::size_t odd_character(std::string_view text) {
    const auto odd = std::find_if(text.begin(), text.end(), [](unsigned char c) {
        return c <= 0x20 || c >= 0x7f || c == '"' || c == '<' || c == '>' || c == '\\' || c == '^' || c == '`'
               || c == '{' || c == '|' || c == '}';
    });
    return odd == text.end() ? std::string_view::npos : static_cast<std::size_t>(odd - text.begin());
}

// Whether a scheme is followed by something else than an authority. Boost.URL 1.81 must not see such a text:
// its assertions fail on "https:" and an odd character.
bool has_scheme_without_authority(std::string_view text) {
    const auto end = text.find_first_of(":/?#");
    return end != std::string_view::npos && text[end] == ':' && !text.substr(end).starts_with("://");
}

bool begins_escape(std::string_view text) {
    const auto is_digit = [](unsigned char c) { return std::isxdigit(c) != 0; };
    return text.size() >= 3 && is_digit(text[1]) && is_digit(text[2]);
}

// Those that a URL may not hold, but for %, which may begin an escape.
constexpr auto unsafe_characters = [] {
    std::array<bool, 256> unsafe{};
    for (std::size_t c = 0x80; c < unsafe.size(); ++c)
        unsafe[c] = true;
    for (const char c : std::string_view(" \"<>\\^`{|}[]"))
        unsafe[static_cast<unsigned char>(c)] = true;
    return unsafe;
}();

bool must_be_encoded(char c) noexcept {
    return unsafe_characters[static_cast<unsigned char>(c)];
}

// Control characters are left, and so refused: they are no slip of the pen.
std::string encoded_path_and_query(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    bool in_path = true;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto c = static_cast<unsigned char>(text[at]);
        in_path = in_path && c != '?' && c != '#';
        if (c == '\\' && in_path)
            out += '/'; // a path of Windows
        else if (must_be_encoded(text[at]) || (c == '%' && !begins_escape(text.substr(at))))
            out += {'%', digits[c >> 4U], digits[c & 15U]};
        else
            out += text[at];
    }
    return out;
}

} // namespace

std::string Origin::authority() const {
    const bool is_v6 = host.find(':') != std::string::npos;
    std::string text = is_v6 ? "[" + host + "]" : host;
    if (port != (tls ? 443 : 80))
        text += ":" + std::to_string(port);
    return text;
}

std::string Origin::text() const {
    return (tls ? "https://" : "http://") + authority();
}

boost::system::result<HttpUrl, std::string> parse_http_url(std::string_view text) {
    if (text.empty())
        return std::string("is empty");
    if (text.size() > max_url_bytes)
        return std::string("is longer than 8 KiB");
    if (text.find("://") == std::string_view::npos)
        return std::string("is not absolute: it must begin with https://");
    if (const auto odd = odd_character(text); odd != std::string_view::npos)
        return "has a character that must be percent-encoded, at position " + std::to_string(odd + 1);
    if (has_scheme_without_authority(text))
        return std::string("is malformed");
    const auto parsed = urls::parse_uri(text);
    if (!parsed)
        return std::string("is malformed");
    const auto& url = *parsed;
    // Boost.URL 1.81 takes "http://127.0.0.1.example.com/" for the host 127.0.0.1 and a path: a foreign host
    // must not pass as loopback.
    if (!url.encoded_path().empty() && !url.encoded_path().starts_with('/'))
        return std::string("is malformed");
    HttpUrl out;
    if (url.scheme_id() == urls::scheme::https)
        out.origin.tls = true;
    else if (url.scheme_id() == urls::scheme::http)
        out.origin.tls = false;
    else
        return "has the scheme " + std::string(url.scheme()).substr(0, 32) + ", but must be https";
    out.origin.host = without_brackets(std::string(url.encoded_host()));
    if (out.origin.host.empty())
        return std::string("has no host");
    out.origin.port = out.origin.tls ? 443 : 80;
    if (url.has_port()) {
        // Boost.URL 1.81 takes port 99999 for 34463.
        const std::string_view port = url.port();
        const auto parsed_port = std::from_chars(port.data(), port.data() + port.size(), out.origin.port);
        if (parsed_port.ec != std::errc{} || out.origin.port == 0)
            return std::string("has a port that is not a number from 1 to 65535");
    }
    out.target = std::string(url.encoded_path());
    if (out.target.empty())
        out.target = "/";
    if (url.has_query())
        out.target += "?" + std::string(url.encoded_query());
    out.user_info = std::string(url.encoded_userinfo());
    return out;
}

bool is_loopback(std::string_view host) {
    if (host == "localhost" || host.ends_with(".localhost"))
        return true;
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address(std::string(host), ec);
    return !ec && address.is_loopback();
}

std::optional<std::string> media_url_fault(std::string_view text, bool allow_loopback_http) {
    const auto url = parse_http_url(text);
    return url ? media_url_fault(*url, allow_loopback_http) : url.error();
}

std::optional<std::string> media_url_fault(const HttpUrl& url, bool allow_loopback_http) {
    if (url.origin.tls)
        return std::nullopt;
    if (!is_loopback(url.origin.host))
        return "uses http, but must use https";
    if (!allow_loopback_http)
        return "uses http on this machine, which the connection does not allow (allow_insecure_loopback)";
    return std::nullopt;
}

std::optional<std::string> resolved_url(std::string_view base, std::string_view reference) {
    if (reference.empty() || reference.size() > max_url_bytes
        || odd_character(reference) != std::string_view::npos || has_scheme_without_authority(reference))
        return std::nullopt;
    const auto absolute = urls::parse_uri(base);
    const auto relative = urls::parse_uri_reference(reference);
    urls::url resolved;
    if (!absolute || !relative || !urls::resolve(*absolute, *relative, resolved))
        return std::nullopt;
    return std::string(resolved.data(), resolved.size());
}

std::optional<std::string> same_origin_target(const Origin& base_origin, std::string_view base_target,
                                              std::string_view reference) {
    // Boost.URL 1.81 decodes %2F where it resolves, which would name another job: a whole path needs no
    // resolving.
    const bool whole_path = reference.starts_with('/') && !reference.starts_with("//")
                            && reference.find("/.") == std::string_view::npos;
    const auto resolved = whole_path ? std::optional(base_origin.text() + std::string(reference))
                                     : resolved_url(base_origin.text() + std::string(base_target), reference);
    if (!resolved)
        return std::nullopt;
    const auto url = parse_http_url(*resolved);
    if (!url || url->origin != base_origin || !url->user_info.empty())
        return std::nullopt;
    return url->target;
}

std::string url_as_browsers_take_it(const Origin& base_origin, std::string_view base_target,
                                    std::string_view reference) {
    // Any word would do for a path below the base, so only what begins with a slash is taken for one.
    if (!reference.starts_with('/'))
        return percent_encoded_url(reference);
    return resolved_url(base_origin.text() + std::string(base_target), encoded_path_and_query(reference))
        .value_or(std::string(reference));
}

std::string percent_decoded(std::string_view text) {
    const auto digit = [](char c) {
        return c >= '0' && c <= '9'   ? c - '0'
               : c >= 'a' && c <= 'f' ? c - 'a' + 10
               : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                      : -1;
    };
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool coded =
            text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
        out += coded ? static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])) : text[i];
        i += coded ? 2 : 0;
    }
    return out;
}

std::string percent_encoded_segment(std::string_view text) {
    return urls::encode(text, urls::unreserved_chars);
}

std::string percent_encoded_path(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find('/', at), text.size());
        out += "/" + percent_encoded_segment(text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

std::string percent_encoded_url(std::string_view text) {
    // Almost every URL.
    if (std::none_of(text.begin(), text.end(), [](char c) { return c == '%' || must_be_encoded(c); }))
        return std::string(text);
    constexpr std::string_view scheme_end = "://";
    const auto scheme = text.find(scheme_end);
    // A host is never repaired: with odd characters there the text is no URL.
    const auto begin =
        scheme == std::string_view::npos ? scheme : text.find_first_of("/?#", scheme + scheme_end.size());
    if (begin == std::string_view::npos)
        return std::string(text);
    return std::string(text.substr(0, begin)) + encoded_path_and_query(text.substr(begin));
}

} // namespace job_engine
