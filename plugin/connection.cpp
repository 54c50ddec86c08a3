#include "connection.hpp"

#include "ascii.hpp"
#include "json_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace pixelml {
namespace {

namespace json = boost::json;

Error invalid_connection(std::string message, std::vector<ErrorDetail> details) {
    auto error = make_error(ErrorCode::invalid_connection, std::move(message));
    error.details = std::move(details);
    return error;
}

Error fault_at(const std::string& member, const std::string& fault) {
    return invalid_connection("The connection's " + member + " " + fault + ".", {{"/" + member, fault}});
}

// The given value, or the schema's own default.
class Members {
public:
    Members(const json::object& given, const Schema& schema)
        : given_(given), properties_(schema.document().at("properties").as_object()) {}

    const json::value* find(std::string_view name) const {
        if (const auto* value = given_.if_contains(name))
            return value;
        return properties_.at(name).as_object().if_contains("default");
    }
    std::string text(std::string_view name) const {
        const auto* value = find(name);
        return value != nullptr ? std::string(value->as_string()) : std::string();
    }
    bool flag(std::string_view name, bool otherwise) const {
        const auto* value = find(name);
        return value != nullptr ? value->as_bool() : otherwise;
    }
    std::int64_t number(std::string_view name) const { return find(name)->as_int64(); }

private:
    const json::object& given_;
    const json::object& properties_;
};

using WipedText = std::vector<char, WipingAllocator<char>>;

// The header value for this key; empty when the key cannot stand in a header.
Secret authorization_for(std::string_view key, const Binding& binding) {
    if (!is_printable_without_space(key))
        return {};
    constexpr std::string_view placeholder = "{{api_key}}";
    const std::string_view pattern = binding.authorization_value;
    const auto at = pattern.find(placeholder);
    if (at == std::string_view::npos)
        return Secret(pattern);
    WipedText value(pattern.begin(), pattern.begin() + static_cast<std::ptrdiff_t>(at));
    value.insert(value.end(), key.begin(), key.end());
    const auto rest = pattern.substr(at + placeholder.size());
    value.insert(value.end(), rest.begin(), rest.end());
    return Secret(std::string_view(value.data(), value.size()));
}

// A percent sign that begins no escape stands for itself.
WipedText percent_decoded_secret(std::string_view text) {
    WipedText plain;
    plain.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned char decoded = 0;
        const auto* digits = text.data() + std::min(at + 1, text.size());
        const auto* end = text.data() + std::min(at + 3, text.size());
        if (text[at] == '%' && std::from_chars(digits, end, decoded, 16).ptr == digits + 2) {
            plain.push_back(static_cast<char>(decoded));
            at += 2;
        } else {
            plain.push_back(text[at]);
        }
    }
    return plain;
}

Secret basic_authorization(std::string_view user_info) {
    constexpr std::string_view scheme = "Basic ";
    const auto plain = percent_decoded_secret(user_info);
    std::vector<unsigned char, WipingAllocator<unsigned char>> encoded(plain.size() / 3 * 4 + 5);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL's bytes are unsigned
    const auto* bytes = reinterpret_cast<const unsigned char*>(plain.data());
    const auto length = EVP_EncodeBlock(encoded.data(), bytes, static_cast<int>(plain.size()));
    WipedText value(scheme.begin(), scheme.end());
    value.insert(value.end(), encoded.begin(), encoded.begin() + length);
    return Secret(std::string_view(value.data(), value.size()));
}

// The user and password are cut out first: what is made of the rest is not wiped.
Result<Proxy> read_proxy(std::string_view text) {
    constexpr std::string_view scheme_end = "://";
    const auto scheme = text.find(scheme_end);
    const auto at = text.rfind('@');
    const auto begin = scheme == std::string_view::npos ? 0 : scheme + scheme_end.size();
    const bool has_user = at != std::string_view::npos && at >= begin;
    const auto address =
        std::string(text.substr(0, begin)) + std::string(text.substr(has_user ? at + 1 : begin));
    const auto url = parse_http_url(address);
    if (!url)
        return fault_at("proxy", url.error());
    if (url->origin.tls || url->target != "/")
        return fault_at("proxy", "must have the form http://[user:password@]host:port");
    Proxy proxy;
    proxy.origin = url->origin;
    if (has_user)
        proxy.authorization = basic_authorization(text.substr(begin, at - begin));
    return proxy;
}

Result<HttpUrl> read_base_url(const std::string& text, bool allow_insecure_loopback) {
    auto url = parse_http_url(text);
    if (!url)
        return fault_at("base_url", url.error());
    if (!url->user_info.empty())
        return fault_at("base_url", "must not hold a user name or password");
    if (url->target.find('?') != std::string::npos)
        return fault_at("base_url", "must not have a query");
    if (const auto fault = media_url_fault(*url, allow_insecure_loopback))
        return fault_at("base_url", *fault);
    return std::move(*url);
}

void set_key(Connection& connection, std::string_view key) {
    connection.api_key = Secret(key);
    connection.authorization = authorization_for(key, *connection.binding);
}

} // namespace

Result<std::shared_ptr<const Connection>> read_connection(std::string_view connection_json,
                                                          const Schema& schema, const Schema& binding_schema,
                                                          const std::shared_ptr<const Binding>& built_in) {
    WipingResource wiping;
    const auto parsed = parse_json(connection_json, &wiping);
    if (!parsed)
        return invalid_connection("The connection cannot be read: " + parsed.error().message + ".",
                                  {{"", parsed.error().message}});
    if (auto details = schema.validate(*parsed); !details.empty()) {
        const auto& [path, fault] = details.front();
        auto message =
            "The connection is not valid: " + (path.empty() ? "it" : path.substr(1)) + " " + fault + ".";
        return invalid_connection(std::move(message), std::move(details));
    }
    const Members members(parsed->as_object(), schema);

    auto connection = std::make_shared<Connection>();
    connection->binding = built_in;
    if (const auto* document = members.find("api_binding")) {
        auto binding = read_binding(document->as_object(), binding_schema);
        if (!binding)
            return binding.error();
        connection->binding = std::move(*binding);
    }
    connection->allow_insecure_loopback = members.flag("allow_insecure_loopback", false);
    connection->idempotent_submit =
        members.flag("idempotent_submit", connection->binding->idempotency_honoured)
        && !connection->binding->idempotency_header.empty();

    auto base = read_base_url(members.text("base_url"), connection->allow_insecure_loopback);
    if (!base)
        return base.error();
    connection->origin = std::move(base->origin);
    connection->authority = connection->origin.authority();
    connection->check_image = members.flag("check_image", !is_loopback(connection->origin.host));
    connection->base_path = std::move(base->target);
    while (connection->base_path.ends_with('/'))
        connection->base_path.pop_back();

    set_key(*connection, members.find("api_key")->as_string());
    if (connection->authorization.empty())
        return fault_at("api_key", "must be printable ASCII without spaces");
    connection->ca_file = members.text("ca_file");
    connection->max_connections = static_cast<std::size_t>(members.number("max_connections"));
    connection->max_running = static_cast<std::size_t>(members.number("max_running"));
    connection->request_timeout = std::chrono::milliseconds(members.number("request_timeout_ms"));
    connection->job_timeout = std::chrono::milliseconds(members.number("job_timeout_ms"));
    if (const auto* text = members.find("proxy")) {
        auto proxy = read_proxy(text->as_string());
        if (!proxy)
            return proxy.error();
        connection->proxy = std::move(*proxy);
    }
    return std::shared_ptr<const Connection>(std::move(connection));
}

std::optional<Connection> without_key(const Connection& connection) {
    if (connection.proxy && !connection.proxy->authorization.empty())
        return std::nullopt;
    auto kept = connection;
    kept.api_key = {};
    kept.authorization = {};
    return kept;
}

std::shared_ptr<const Connection> with_key_of(std::string_view connection_json, const Connection& kept) {
    WipingResource wiping;
    auto connection = std::make_shared<Connection>(kept);
    const auto members = json::parse(connection_json, &wiping);
    set_key(*connection, members.at("api_key").as_string());
    return connection;
}

} // namespace pixelml
