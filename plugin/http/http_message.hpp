#pragma once

#include "base/secret.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace job_engine {

using Headers = std::vector<std::pair<std::string, std::string>>;

// One request to the API, without the credentials: the client adds them.
struct HttpRequest {
    std::string method;
    std::string target; // path and query
    Headers headers;
    std::string body; // JSON; empty: none
    std::chrono::milliseconds timeout{};
    // A submit that may not be repeated must not meet a connection that the server closed while idle.
    bool needs_fresh_connection = false;
    // The transport may send it again on a new connection. Never a submit, whatever its method.
    bool may_be_repeated = false;
    std::string_view purpose; // "submit", "poll": for people
    bool is_traced = false;   // the reply is to have all that a trace shows
};

constexpr bool is_success(int http_status) noexcept {
    return http_status >= 200 && http_status < 300;
}

// What of one HTTP reply the node looks at.
struct HttpReply {
    int status = 0;
    std::string body; // at most the client's limit
    std::string location;
    std::string request_id;
    std::string content_type; // of a traced request alone
    Secret signature; // of the token that the request was sent with, which the reply may repeat; empty: none
    std::optional<std::chrono::milliseconds> retry_after;
};

// Why a request has no reply.
struct TransportFailure {
    enum class Kind {
        unreachable, // no address, no connection
        tls,         // the peer could not be trusted: repeating it changes nothing
        proxy,       // the proxy refused
        not_public,  // the address is none of the public internet's, and must be
        broken,      // the connection broke
        timed_out,
        bad_reply, // not HTTP, or over a limit
        aborted    // by the caller
    };
    Kind kind = Kind::broken;
    bool may_have_arrived = false; // all of the request was handed to the network
    std::string message;           // one clause, for people: "connection refused by 127.0.0.1:9"
};

// As a trace calls it: "timed_out".
const char* kind_name(TransportFailure::Kind kind) noexcept;

} // namespace job_engine
