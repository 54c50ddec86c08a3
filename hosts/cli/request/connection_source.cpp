#include "request/connection_source.hpp"

#include "schema/schema_view.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>

namespace cli {

bool is_insecure_loopback(std::string_view url) {
    // Boost.URL 1.81 reads "http://127.0.0.1.example.com" as the host 127.0.0.1; so this parses by hand,
    // strictly.
    constexpr std::string_view scheme = "http://";
    if (url.substr(0, scheme.size()) != scheme)
        return false;
    url.remove_prefix(scheme.size());
    const std::string_view authority = url.substr(0, url.find_first_of("/?#\\"));
    if (authority.find('@') != std::string_view::npos)
        return false; // the host follows it
    const bool bracketed = !authority.empty() && authority.front() == '[';
    const std::size_t end = bracketed ? authority.find(']') : authority.find(':');
    const std::string host(authority.substr(bracketed ? 1 : 0, end - (bracketed ? 1 : 0)));
    if (bracketed) {
        in6_addr address{};
        return end != std::string_view::npos && ::inet_pton(AF_INET6, host.c_str(), &address) == 1
               && IN6_IS_ADDR_LOOPBACK(&address);
    }
    in_addr address{};
    return host == "localhost"
           || (::inet_pton(AF_INET, host.c_str(), &address) == 1
               && ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET);
}

std::optional<std::string> connection_from_environment(std::string_view category,
                                                       std::string_view schema_json,
                                                       const Environment& environment) {
    const std::string prefix = environment_prefix(category);
    const std::optional<std::string> api_key = environment(prefix + "_API_KEY");
    const std::optional<std::string> base_url = environment(prefix + "_BASE_URL");
    if (!api_key && !base_url)
        return std::nullopt;
    boost::json::object connection;
    if (api_key)
        connection["api_key"] = *api_key;
    if (base_url) {
        connection["base_url"] = *base_url;
        const auto names = property_names(schema_properties(schema_json));
        const bool has_switch =
            std::find(names.begin(), names.end(), "allow_insecure_loopback") != names.end();
        if (has_switch && is_insecure_loopback(*base_url))
            connection["allow_insecure_loopback"] = true;
    }
    return boost::json::serialize(connection);
}

} // namespace cli
