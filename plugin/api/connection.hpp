#pragma once

#include "api/binding.hpp"
#include "api/error.hpp"
#include "api/storage.hpp"
#include "base/secret.hpp"
#include "base/shared_text.hpp"
#include "http/proxy.hpp"
#include "http/url.hpp"
#include "json/validator.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace job_engine {

// An account at the API, and how to reach it.
struct Connection {
    Secret api_key;
    Secret api_secret;    // empty: the binding needs none
    Secret authorization; // the value of the binding's authorization header; empty: each request has its own
    // Those as somebody may repeat them, and the proxy's: what is to stand nowhere. The longest first, so
    // that none is masked in part.
    std::vector<Secret> secrets;
    Origin origin;
    std::string authority; // the origin's, as the Host header has it
    std::string
        base_path;       // in front of every path of the binding; empty or "/..." without a slash at its end
    SharedText api;      // the origin's authority and the base path: what jobs belong to, in a checkpoint
    std::string ca_file; // empty: the system's authorities
    bool allow_insecure_loopback = false;
    bool idempotent_submit = false;
    bool check_media = false;
    std::size_t max_connections = 0;
    std::size_t max_running = 0;          // 0: no limit
    std::size_t max_submits_per_hour = 0; // 0: no limit
    std::chrono::milliseconds request_timeout{};
    std::chrono::milliseconds job_timeout{};
    std::optional<Proxy> proxy;
    std::optional<Storage> storage;
    std::shared_ptr<const Binding> binding;
};

// Whether a submit whose answer was lost need not stay so: it may be repeated, or its job be looked for.
inline bool can_be_settled(const Connection& connection) {
    return connection.idempotent_submit || connection.binding->find;
}

// Reads connection_json. Fails as Invalid Connection. What it parsed is wiped before it returns.
Result<std::shared_ptr<const Connection>> read_connection(std::string_view connection_json,
                                                          const Schema& schema,
                                                          const BindingRules& binding_rules,
                                                          const std::shared_ptr<const Binding>& built_in);

// What may be kept of a connection when its runs are over; nullopt when there is a secret in more than its
// key and the key's secret.
std::optional<Connection> without_key(const Connection& connection);
// The connection of a text that read_connection has taken before, from what was kept of it.
std::shared_ptr<const Connection> with_key_of(std::string_view connection_json, const Connection& kept);

} // namespace job_engine
