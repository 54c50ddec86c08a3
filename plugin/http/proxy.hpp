#pragma once

#include "base/secret.hpp"
#include "http/url.hpp"

namespace job_engine {

struct Proxy {
    Origin origin;
    Secret authorization; // the Proxy-Authorization header's value; empty: none
};

} // namespace job_engine
