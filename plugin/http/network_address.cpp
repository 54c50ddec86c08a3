#include "http/network_address.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace job_engine {
namespace {

namespace ip = boost::asio::ip;

struct V4Block {
    std::uint32_t network;
    int bits;
};

// IANA's IPv4 special-purpose registry, multicast with all that follows it, and one cloud's own.
constexpr std::array<V4Block, 15> special_v4{{
    {0x00000000, 8},  // this network
    {0x0A000000, 8},  // private
    {0x64400000, 10}, // shared, carrier-grade NAT
    {0x7F000000, 8},  // loopback
    {0xA9FE0000, 16}, // link-local, metadata services
    {0xAC100000, 12}, // private
    {0xC0000000, 24}, // protocol assignments
    {0xC0000200, 24}, // documentation
    {0xC0586300, 24}, // 6to4 relays
    {0xC0A80000, 16}, // private
    {0xC6120000, 15}, // benchmarking
    {0xC6336400, 24}, // documentation
    {0xCB007100, 24}, // documentation
    {0xA83F8110, 32}, // 168.63.129.16, where Azure's machines reach their host
    {0xE0000000, 3},  // multicast, reserved, broadcast
}};

bool is_public_v4(std::uint32_t address) noexcept {
    return std::none_of(special_v4.begin(), special_v4.end(), [address](const V4Block& block) {
        return (address ^ block.network) >> (32 - block.bits) == 0;
    });
}

std::uint32_t four_bytes(const ip::address_v6::bytes_type& bytes, std::size_t at) noexcept {
    return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16
           | std::uint32_t{bytes[at + 2]} << 8 | bytes[at + 3];
}

bool is_public_v6(const ip::address_v6::bytes_type& bytes) noexcept {
    constexpr std::uint32_t teredo = 0x20010000;
    constexpr std::uint32_t nat64 = 0x0064FF9B;
    const auto first = four_bytes(bytes, 0);
    if (first == nat64 && four_bytes(bytes, 4) == 0 && four_bytes(bytes, 8) == 0)
        return is_public_v4(four_bytes(bytes, 12));
    if (first >> 16 == 0x2002) // 6to4
        return is_public_v4(four_bytes(bytes, 2));
    if (first >> 29 != 1) // not 2000::/3: nothing else is handed out, mapped and compatible ones among it
        return false;
    const bool protocol_assignments = (first & 0xFFFFFE00) == teredo; // 2001::/23, with Teredo
    const bool documentation = first == 0x20010DB8 || first >> 12 == 0x3FFF0;
    return !protocol_assignments && !documentation;
}

} // namespace

bool is_public(const ip::address& address) noexcept {
    if (address.is_v4())
        return is_public_v4(address.to_v4().to_uint());
    return is_public_v6(address.to_v6().to_bytes());
}

} // namespace job_engine
