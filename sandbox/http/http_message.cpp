#include "http/http_message.hpp"

#include "base/text.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>

namespace sandbox {

namespace http = boost::beast::http;
namespace json = boost::json;

Reply json_reply(http::status status, const json::value& value) {
    Reply reply;
    reply.status = status;
    reply.body = json::serialize(value) + "\n";
    return reply;
}

Reply error_reply(http::status status, const ApiError& error) {
    json::object body{{"code", error.code}, {"message", error.message}};
    if (!error.details.empty())
        body["details"] = error.details;
    return json_reply(status, {{"error", std::move(body)}});
}

Reply reset_reply() {
    Reply reply;
    reply.ending = Reply::Ending::reset;
    return reply;
}

std::chrono::seconds preferred_wait(std::string_view prefer) {
    constexpr std::string_view name = "wait=";
    constexpr int max_seconds = 60;
    while (!prefer.empty()) {
        const std::size_t end = prefer.find_first_of(",;");
        const std::string_view preference = trimmed(prefer.substr(0, end));
        if (lower_case(preference.substr(0, name.size())) == name) {
            const std::string_view digits = preference.substr(name.size());
            unsigned seconds = 0;
            const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
            if (error == std::errc() && rest == digits.data() + digits.size())
                return std::chrono::seconds(std::min<unsigned>(seconds, max_seconds));
        }
        prefer = end == std::string_view::npos ? std::string_view() : prefer.substr(end + 1);
    }
    return std::chrono::seconds(0);
}

std::string base_url(const Request& request, const Client& client) {
    constexpr std::size_t max_host = 255;
    const std::string_view scheme = client.tls ? "https://" : "http://";
    const auto host = request[http::field::host];
    const bool sane = !host.empty() && host.size() <= max_host && std::ranges::all_of(host, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.'
               || c == '-' || c == ':' || c == '[' || c == ']';
    });
    return std::string(scheme) + (sane ? std::string(host) : client.local_authority);
}

std::string_view bearer_token(std::string_view authorization) {
    constexpr std::string_view scheme = "bearer ";
    if (lower_case(authorization.substr(0, scheme.size())) != scheme)
        return {};
    return trimmed(authorization.substr(scheme.size()));
}

bool is_json_media_type(std::string_view content_type) {
    const std::string type = lower_case(trimmed(content_type.substr(0, content_type.find(';'))));
    return type == "application/json" || (type.starts_with("application/") && type.ends_with("+json"));
}

} // namespace sandbox
