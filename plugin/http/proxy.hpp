#pragma once

#include "base/secret.hpp"
#include "http/url.hpp"

namespace pixelml {

struct Proxy {
    Origin origin;
    Secret authorization; // the Proxy-Authorization header's value; empty: none
};

} // namespace pixelml
