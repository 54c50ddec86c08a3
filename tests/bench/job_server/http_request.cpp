#include "http_request.hpp"

#include <charconv>

namespace job_server {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t max_body = 1U << 20U;

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// `name` in lower case.
bool is_named(std::string_view text, std::string_view name) noexcept {
    if (text.size() < name.size())
        return false;
    for (std::size_t i = 0; i < name.size(); ++i)
        if (lower(text[i]) != name[i])
            return false;
    return true;
}

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

// false: the header cannot be read.
bool read_header(std::string_view line, HttpRequest& request, std::size_t& body) noexcept {
    constexpr std::string_view content_length = "content-length:";
    constexpr std::string_view connection = "connection:";
    constexpr std::string_view transfer_encoding = "transfer-encoding:";
    if (is_named(line, content_length)) {
        const auto value = trimmed(line.substr(content_length.size()));
        const auto* end = value.data() + value.size();
        const auto [stopped, error] = std::from_chars(value.data(), end, body);
        return error == std::errc() && stopped == end && body <= max_body;
    }
    if (is_named(line, connection))
        request.keep_alive = !is_named(trimmed(line.substr(connection.size())), "close");
    return !is_named(line, transfer_encoding);
}

} // namespace

Parsed parse_request(std::string_view bytes, HttpRequest& request) noexcept {
    const auto head_end = bytes.find("\r\n\r\n");
    if (head_end == std::string_view::npos)
        return bytes.size() > max_body ? Parsed::malformed : Parsed::more_needed;
    auto head = bytes.substr(0, head_end + line_end.size());
    const auto first = head.substr(0, head.find(line_end));
    const auto method_end = first.find(' ');
    const auto target_end = first.rfind(' ');
    if (method_end == std::string_view::npos || target_end <= method_end)
        return Parsed::malformed;
    request.method = first.substr(0, method_end);
    request.target = first.substr(method_end + 1, target_end - method_end - 1);
    request.target = request.target.substr(0, request.target.find('?'));
    request.keep_alive = true;
    std::size_t body = 0;
    for (head.remove_prefix(first.size() + line_end.size()); !head.empty();) {
        const auto line = head.substr(0, head.find(line_end));
        if (!read_header(line, request, body))
            return Parsed::malformed;
        head.remove_prefix(line.size() + line_end.size());
    }
    request.length = head_end + 4 + body;
    return bytes.size() < request.length ? Parsed::more_needed : Parsed::whole;
}

} // namespace job_server
