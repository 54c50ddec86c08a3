#pragma once

#include <string>

namespace cli {

// Whether an address is not of the public internet: loopback, private, link-local, shared, reserved,
// multicast; also where IPv6 only wraps such an IPv4 address. What is no address is none.
bool is_inner_address(const std::string& address);

// The same of a URL's host: "localhost", "[::1]", "10.0.0.1". A name that has to be looked up is none.
bool is_inner_host(const std::string& host);

// Whether a URL's host is this machine by its name alone.
bool is_loopback_host(const std::string& host);

} // namespace cli
