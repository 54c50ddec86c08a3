#pragma once

#include <cstddef>
#include <string_view>

namespace job_server {

// A request that lies whole in the connection's buffer, which the views look into.
struct HttpRequest {
    std::string_view method;
    std::string_view target; // without its query
    std::size_t length = 0;  // of head and body
    bool keep_alive = true;
};

enum class Parsed { whole, more_needed, malformed };

// As much of HTTP/1.1 as the clients of the benchmark send: a Content-Length, or no body. No chunks, no
// continuation lines. It is fed by hand because a peer must cost less than what is measured against it.
Parsed parse_request(std::string_view bytes, HttpRequest& request) noexcept;

} // namespace job_server
