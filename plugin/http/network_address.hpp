#pragma once

#include <boost/asio/ip/address.hpp>

namespace job_engine {

// Whether an address belongs to the public internet by the IANA special-purpose registries: not loopback,
// private, link-local (where clouds serve their metadata), shared, multicast, reserved or for documentation,
// no IPv6 form of such an IPv4 address (NAT64, 6to4), and no IPv4-mapped, IPv4-compatible or Teredo address.
bool is_public(const boost::asio::ip::address& address) noexcept;

} // namespace job_engine
