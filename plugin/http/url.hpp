#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace job_engine {

// Where requests go.
struct Origin {
    bool tls = true;
    std::string host; // lower case; an IPv6 address without brackets
    std::uint16_t port = 443;

    // For the Host header and messages: brackets and port where they are needed.
    std::string authority() const;
    // "https://host:port", the port where it is needed.
    std::string text() const;

    friend bool operator==(const Origin&, const Origin&) = default;
};

// An absolute http or https URL, taken apart.
struct HttpUrl {
    Origin origin;
    std::string target;    // path and query, at least "/"
    std::string user_info; // as written, percent-encoded; empty when there is none
};

// The error is a clause that goes on a sentence about the URL: "has no host".
boost::system::result<HttpUrl, std::string> parse_http_url(std::string_view text);

// Whether the host can only be this machine: 127.0.0.0/8, ::1, localhost.
bool is_loopback(std::string_view host);

// nullopt when the URL may be sent or handed on as a place of media: https, or http on loopback where
// that is allowed. Otherwise what is wrong with it, a clause as above.
std::optional<std::string> media_url_fault(std::string_view text, bool allow_loopback_http);

std::optional<std::string> media_url_fault(const HttpUrl& url, bool allow_loopback_http);

// The absolute URL that a reference found at `base` means; nullopt when it is none.
std::optional<std::string> resolved_url(std::string_view base, std::string_view reference);

// The request target of a URL reference found in a reply to base_origin + base_target; nullopt when
// it leads to another origin or is no URL.
std::optional<std::string> same_origin_target(const Origin& base_origin, std::string_view base_target,
                                              std::string_view reference);

// The absolute URL that a browser would make of a reference found in a reply to base_origin + base_target:
// odd characters percent-encoded, a relative one resolved. What cannot be made a URL stays as it is.
std::string url_as_browsers_take_it(const Origin& base_origin, std::string_view base_target,
                                    std::string_view reference);

std::string percent_decoded(std::string_view text);
std::string percent_encoded_segment(std::string_view text);
// "/a/b%20c" of "a/b c".
std::string percent_encoded_path(std::string_view text);

// The URL as a browser would ask for it: spaces, letters beyond ASCII and the like behind the host are
// percent-encoded. Its host stays as it is, and so do control characters: no one means them.
std::string percent_encoded_url(std::string_view text);

} // namespace job_engine
