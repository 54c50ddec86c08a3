#pragma once

#include "api/connection.hpp"
#include "base/secret.hpp"
#include "http/request_text.hpp"

#include <string_view>

namespace job_engine {

// The beginning of a request with the connection's key in it, or a token made for it alone.
struct AuthorizedRequest {
    RequestWriter writer;
    Secret signature; // of the token; empty: there is none
};

// authority: of the service's host that is asked.
AuthorizedRequest authorized_request(const Connection& connection, std::string_view method,
                                     std::string_view target, std::string_view authority);

} // namespace job_engine
