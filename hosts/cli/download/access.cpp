#include "download/access.hpp"

#include "download/inner_address.hpp"
#include "text/json_text.hpp"

#include <boost/json/object.hpp>

#include <algorithm>

namespace cli {

namespace {

constexpr int most_redirects = 5;

std::string trimmed(std::string text) {
    const char* const space = " \t\r\n";
    text.erase(0, text.find_first_not_of(space));
    text.erase(text.find_last_not_of(space) + 1);
    return text;
}

std::optional<std::string> unless_blank(const boost::json::object& connection, std::string_view name) {
    std::string text = trimmed(text_member(connection, name));
    return text.empty() ? std::nullopt : std::optional(std::move(text));
}

bool is_header_value(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; });
}

} // namespace

Access access_of(std::string_view connection_json) {
    Access access;
    const boost::json::value parsed = parse_or_null(connection_json);
    if (!parsed.is_object())
        return access;
    const boost::json::object& connection = parsed.get_object();
    if (const auto base_url = unless_blank(connection, "base_url"))
        access.api = parse_url(*base_url);
    if (auto key = unless_blank(connection, "api_key"); key && is_header_value(*key))
        access.api_key = std::move(*key);
    access.ca_file = unless_blank(connection, "ca_file");
    access.proxy = unless_blank(connection, "proxy");
    const boost::json::value* allowed = connection.if_contains("allow_insecure_loopback");
    access.allows_insecure_loopback = allowed != nullptr && allowed->is_bool() && allowed->get_bool();
    return access;
}

std::string fault_of_redirect(const Url& from, const std::optional<Url>& to, int followed, bool inner_allowed,
                              const Access& access) {
    if (followed >= most_redirects)
        return "its URL redirects more than " + std::to_string(most_redirects) + " times";
    if (!to)
        return "its URL redirects to something that is no http or https URL";
    const bool loses_encryption = from.scheme == "https" && to->scheme == "http";
    if (loses_encryption && !(access.allows_insecure_loopback && is_loopback_host(to->host)))
        return "its URL redirects from https to http";
    return is_inner_host(to->host) && !inner_allowed
               ? "its URL redirects to an address that is not of the public internet"
               : "";
}

} // namespace cli
