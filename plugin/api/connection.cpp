#include "api/connection.hpp"

#include "api/credentials.hpp"
#include "base/ascii.hpp"
#include "base/plain_text.hpp"
#include "json/json_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

namespace job_engine {
namespace {

namespace json = boost::json;

Error invalid_connection(std::string message, std::vector<Violation> details) {
    auto error = make_error(ErrorCode::invalid_connection, std::move(message));
    error.details = std::move(details);
    return error;
}

Error fault_at(const std::string& member, const std::string& fault) {
    return invalid_connection("The connection's " + member + " " + fault + ".", {{"/" + member, fault}});
}

std::string_view text_or_empty(const json::value* value) {
    return value != nullptr ? std::string_view(value->as_string()) : std::string_view();
}

// The given value, or the schema's own default.
class Members {
public:
    Members(const json::object& given, const Schema& schema)
        : given_(given), properties_(schema.document().at("properties").as_object()) {}

    const json::value* given(std::string_view name) const { return given_.if_contains(name); }
    const json::value* find(std::string_view name) const {
        if (const auto* value = given_.if_contains(name))
            return value;
        const auto* property = properties_.if_contains(name);
        return property != nullptr ? property->as_object().if_contains("default") : nullptr;
    }
    std::string text(std::string_view name) const { return std::string(text_or_empty(find(name))); }
    bool flag(std::string_view name, bool otherwise) const {
        const auto* value = find(name);
        return value != nullptr ? value->as_bool() : otherwise;
    }
    std::int64_t number(std::string_view name) const { return find(name)->as_int64(); }

private:
    const json::object& given_;
    const json::object& properties_;
};

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

constexpr std::string_view basic_scheme = "Basic ";

Secret basic_authorization(std::string_view user_info) {
    WipedText value(basic_scheme.begin(), basic_scheme.end());
    append(value, view(base64(view(percent_decoded_secret(user_info)))));
    return Secret(view(value));
}

// What somebody could repeat of "user:password": the password (or the user, where that is all), and the
// header's value without its scheme.
void add_proxy_secrets(std::vector<Secret>& secrets, std::string_view user_info,
                       const Secret& authorization) {
    add_forms(secrets, authorization.view().substr(basic_scheme.size()));
    const auto plain = percent_decoded_secret(user_info);
    const auto text = view(plain);
    const auto colon = text.find(':');
    add_forms(secrets, colon == std::string_view::npos ? text : text.substr(colon + 1));
}

// Where in "http://user:password@host" the user and password stand; empty: nowhere.
std::string_view user_info_of(std::string_view text) {
    constexpr std::string_view scheme_end = "://";
    const auto scheme = text.find(scheme_end);
    const auto at = text.rfind('@');
    const auto begin = scheme == std::string_view::npos ? 0 : scheme + scheme_end.size();
    return at != std::string_view::npos && at > begin ? text.substr(begin, at - begin) : std::string_view();
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

// What a binding calls {{connection.NAME}}: a member of that name, else of the member "variables".
const json::value* variable(const Members& members, std::string_view name, const BindingRules& rules) {
    // A description that somebody else has written must not send the key, its secret or the proxy's password
    // along.
    constexpr auto own_members = std::to_array<std::string_view>(
        {"api", "api_key", "api_secret", "base_url", "ca_file", "proxy", "storage", "api_binding",
         "variables", "allow_insecure_loopback", "max_running", "max_connections", "max_submits_per_hour",
         "idempotent_submit", "job_timeout_ms", "request_timeout_ms"});
    const bool is_own = name == rules.connection_media_check
                        || std::find(own_members.begin(), own_members.end(), name) != own_members.end();
    if (const auto* value = is_own ? nullptr : members.given(name))
        return value;
    const auto* variables = members.given("variables");
    return variables != nullptr ? variables->as_object().if_contains(name) : nullptr;
}

const NamedApi* api_named(const Members& members, const BindingRules& rules) {
    const auto name = members.text("api");
    const auto found = std::find_if(rules.apis.begin(), rules.apis.end(),
                                    [&](const NamedApi& api) { return api.name == name; });
    return found != rules.apis.end() ? &*found : nullptr; // the schema knows no other name
}

Result<std::shared_ptr<const Binding>> binding_of(const Members& members, const BindingRules& rules,
                                                  const std::shared_ptr<const Binding>& built_in) {
    const auto variable_of = [&](std::string_view name) { return variable(members, name, rules); };
    if (const auto* document = members.given("api_binding"))
        return read_binding(document->as_object(), rules, variable_of, Examples::tried);
    const auto* api = api_named(members, rules);
    return api != nullptr ? read_binding(parse_json(api->document)->as_object(), rules, variable_of)
                          : built_in;
}

// The same error of a description in which a secret stands: it may repeat a part of that.
Error without_key_of(const Members& members, const BindingRules& rules, Error&& error) {
    const auto* document = members.given("api_binding");
    std::vector<Secret> secrets;
    for (const auto* name : {"api_key", "api_secret"})
        add_forms(secrets, trimmed(text_or_empty(members.find(name))));
    if (const auto user_info = user_info_of(text_or_empty(members.find("proxy"))); !user_info.empty())
        add_proxy_secrets(secrets, user_info, basic_authorization(user_info));
    if (const auto* storage = members.given("storage"))
        add_storage_secrets(secrets, read_storage_keys(storage->as_object()));
    auto text = document != nullptr ? json::serialize(*document) : std::string();
    if (!holds_secret(text, secrets))
        return std::move(error);
    text = without_secrets(std::move(text), secrets);
    const auto masked = parse_json(text);
    if (masked && masked->is_object())
        if (auto again = read_binding(
                masked->as_object(), rules,
                [&](std::string_view name) { return variable(members, name, rules); }, Examples::tried);
            !again)
            return std::move(again.error());
    return invalid_connection("The API binding of the connection is not valid, and holds a secret of the "
                              "connection.",
                              {{"/api_binding", "holds a secret: it belongs in api_key, api_secret, proxy or "
                                                "storage alone"}});
}

// A form keeps the address of the service that was chosen before; its key would go there.
std::optional<std::string> fault_of_service(const Members& members, std::string_view base_url,
                                            const BindingRules& rules, const Binding& built_in) {
    if (members.given("api_binding") != nullptr)
        return std::nullopt;
    const auto chosen = members.text("api");
    const auto* api = api_named(members, rules);
    const auto own = api != nullptr ? api->base_url : std::string_view(built_in.base_url);
    if (base_url == own)
        return std::nullopt;
    auto other = std::string();
    if (base_url == built_in.base_url)
        other = built_in.name;
    for (const auto& known : rules.apis)
        if (base_url == known.base_url)
            other = known.name;
    if (other.empty())
        return std::nullopt;
    return "is the address of " + other + ", but the API is " + chosen
           + ": leave it empty, or choose the other";
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

// A base_url that brings the version with which the paths begin: each request would ask for /v1/v1/...
std::optional<std::string> doubled_version(std::string_view base_path, std::string_view path) {
    const auto last = base_path.substr(std::min(base_path.rfind('/'), base_path.size()));
    const bool is_version =
        last.size() > 2 && (last[1] == 'v' || last[1] == 'V') && last[2] >= '0' && last[2] <= '9';
    if (!is_version || !path.starts_with(last)
        || (path.size() > last.size() && path[last.size()] != '/' && path[last.size()] != '?'))
        return std::nullopt;
    return "must not end in " + std::string(last)
           + ", because the paths of the API begin with it: leave it out";
}

constexpr std::string_view key_prefix = "Bearer ";

// Of the key as it was given.
std::optional<std::string> fault_of_key(std::string_view given) {
    const auto key = trimmed(given);
    if (key.empty())
        return "must not be empty";
    if (ascii_equal_ignoring_case(key.substr(0, key_prefix.size()), key_prefix))
        return "must be the key alone, without \"Bearer \" in front of it";
    if (!is_printable_without_space(key))
        return "must be printable ASCII without spaces";
    return std::nullopt;
}

std::optional<std::string> fault_of_secret(std::string_view given, const Binding& binding) {
    const bool is_given = !trimmed(given).empty();
    if (binding.jwt && !is_given)
        return "is missing, and " + binding.name
               + " needs it: give the secret that belongs to the API key, which signs each request's token";
    if (!binding.jwt && is_given)
        return "is not used by " + binding.name
               + ", which takes the API key alone: leave it empty, or choose the service that needs it";
    return std::nullopt;
}

// The one place that makes credentials of what was given.
void set_credentials(Connection& connection, std::string_view key, std::string_view secret) {
    connection.api_key = Secret(trimmed(key));
    connection.api_secret = Secret(trimmed(secret));
    const auto& binding = *connection.binding;
    if (!binding.jwt)
        connection.authorization = authorization_for(connection.api_key.view(), binding);
    connection.secrets = secrets_of(connection.api_key.view(), connection.api_secret.view(), binding);
}

} // namespace

Result<std::shared_ptr<const Connection>> read_connection(std::string_view connection_json,
                                                          const Schema& schema,
                                                          const BindingRules& binding_rules,
                                                          const std::shared_ptr<const Binding>& built_in) {
    WipingResource wiping;
    const auto parsed = parse_json(connection_json, &wiping);
    if (!parsed)
        return invalid_connection("The connection cannot be read: " + parsed.error().message + ".",
                                  {{"", parsed.error().message}});
    if (auto details = schema.validate(*parsed); !details.empty()) {
        auto message = "The connection is not valid: " + clause_of(details.front()) + ".";
        return invalid_connection(std::move(message), std::move(details));
    }
    const Members members(parsed->as_object(), schema);

    auto connection = std::make_shared<Connection>();
    auto binding = binding_of(members, binding_rules, built_in);
    if (!binding)
        return without_key_of(members, binding_rules, std::move(binding.error()));
    connection->binding = std::move(*binding);
    connection->allow_insecure_loopback = members.flag("allow_insecure_loopback", false);
    connection->idempotent_submit =
        members.flag("idempotent_submit", connection->binding->idempotency_honoured)
        && connection->binding->sends_key;

    std::string base_url(trimmed(members.text("base_url")));
    if (base_url.empty())
        base_url = connection->binding->base_url;
    if (base_url.empty())
        return fault_at("base_url", "is missing, and the api_binding has none");
    if (const auto fault = fault_of_service(members, base_url, binding_rules, *built_in))
        return fault_at("base_url", *fault);
    auto base = read_base_url(base_url, connection->allow_insecure_loopback);
    if (!base)
        return base.error();
    connection->origin = std::move(base->origin);
    connection->authority = connection->origin.authority();
    if (const auto name = binding_rules.connection_media_check; !name.empty())
        connection->check_media = members.flag(name, !is_loopback(connection->origin.host));
    connection->base_path = std::move(base->target);
    while (connection->base_path.ends_with('/'))
        connection->base_path.pop_back();
    connection->api = SharedText(connection->authority + connection->base_path);
    for (const auto* path : {&connection->binding->submit.path, &connection->binding->poll.path})
        if (const auto fault = doubled_version(connection->base_path, *path))
            return fault_at("base_url", *fault);

    const std::string_view key = members.find("api_key")->as_string();
    if (const auto fault = fault_of_key(key))
        return fault_at("api_key", *fault);
    const auto secret = text_or_empty(members.find("api_secret"));
    if (const auto fault = fault_of_secret(secret, *connection->binding))
        return fault_at("api_secret", *fault);
    set_credentials(*connection, key, secret);
    connection->ca_file = members.text("ca_file");
    connection->max_connections = static_cast<std::size_t>(members.number("max_connections"));
    connection->max_running = static_cast<std::size_t>(members.number("max_running"));
    connection->max_submits_per_hour = static_cast<std::size_t>(members.number("max_submits_per_hour"));
    connection->request_timeout = std::chrono::milliseconds(members.number("request_timeout_ms"));
    connection->job_timeout = std::chrono::milliseconds(members.number("job_timeout_ms"));
    if (const auto* text = members.find("proxy")) {
        const auto address = trimmed(text->as_string());
        auto proxy = read_proxy(address);
        if (!proxy)
            return proxy.error();
        if (!proxy->authorization.empty())
            add_proxy_secrets(connection->secrets, user_info_of(address), proxy->authorization);
        connection->proxy = std::move(*proxy);
    }
    if (const auto* given = members.given("storage")) {
        auto storage = read_storage(given->as_object(), connection->allow_insecure_loopback);
        if (!storage)
            return fault_at("storage" + storage.error().path, storage.error().message);
        add_storage_secrets(connection->secrets, storage->keys);
        connection->storage = std::move(*storage);
    }
    return std::shared_ptr<const Connection>(std::move(connection));
}

std::optional<Connection> without_key(const Connection& connection) {
    if ((connection.proxy && !connection.proxy->authorization.empty()) || connection.storage)
        return std::nullopt;
    auto kept = connection;
    kept.api_key = {};
    kept.api_secret = {};
    kept.authorization = {};
    kept.secrets.clear();
    return kept;
}

std::shared_ptr<const Connection> with_key_of(std::string_view connection_json, const Connection& kept) {
    WipingResource wiping;
    auto connection = std::make_shared<Connection>(kept);
    const auto document = json::parse(connection_json, &wiping);
    const auto& members = document.as_object();
    set_credentials(*connection, text_or_empty(members.if_contains("api_key")),
                    text_or_empty(members.if_contains("api_secret")));
    return connection;
}

} // namespace job_engine
