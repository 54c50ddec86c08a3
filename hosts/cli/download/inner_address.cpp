#include "download/inner_address.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace cli {

namespace {

namespace ip = boost::asio::ip;

struct Range {
    std::uint32_t first;
    int bits;
};

// The IANA registry of special-purpose addresses, and multicast.
constexpr std::array<Range, 14> inner_ranges{{{0x00000000, 8},  // this network
                                              {0x0A000000, 8},  // private
                                              {0x64400000, 10}, // shared by a carrier's customers
                                              {0x7F000000, 8},  // loopback
                                              {0xA9FE0000, 16}, // link-local
                                              {0xAC100000, 12}, // private
                                              {0xC0000000, 24}, // of protocols
                                              {0xC0000200, 24}, // of documents, as the next two
                                              {0xC0A80000, 16}, // private
                                              {0xC6120000, 15}, // of benchmarks
                                              {0xC6336400, 24},
                                              {0xCB007100, 24},
                                              {0xE0000000, 4}, // multicast
                                              {0xF0000000, 4}}};

bool is_inner_v4(std::uint32_t address) {
    return std::any_of(inner_ranges.begin(), inner_ranges.end(),
                       [&](const Range& range) { return (address ^ range.first) >> (32 - range.bits) == 0; });
}

std::uint32_t v4_at(const ip::address_v6::bytes_type& bytes, std::size_t at) {
    std::uint32_t address = 0;
    for (std::size_t i = at; i < at + 4; ++i)
        address = address << 8 | bytes[i];
    return address;
}

bool begins_with(const ip::address_v6::bytes_type& bytes, std::initializer_list<std::uint8_t> prefix) {
    return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

bool is_inner_v6(const ip::address_v6& address) {
    const auto bytes = address.to_bytes();
    if (address.is_v4_mapped() || begins_with(bytes, {0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0}))
        return is_inner_v4(v4_at(bytes, 12));
    if (begins_with(bytes, {0x20, 0x02}))
        return is_inner_v4(v4_at(bytes, 2));
    const bool is_global = (bytes[0] & 0xE0) == 0x20; // 2000::/3, the only part that is given out
    return !is_global || begins_with(bytes, {0x20, 0x01, 0x0D, 0xB8});
}

std::optional<ip::address> address_of(const std::string& text) {
    boost::system::error_code error;
    const ip::address address = ip::make_address(text, error);
    return error ? std::nullopt : std::optional(address);
}

std::string without_brackets(const std::string& host) {
    return host.size() > 2 && host.front() == '[' ? host.substr(1, host.size() - 2) : host;
}

} // namespace

bool is_inner_address(const std::string& text) {
    const auto address = address_of(text);
    if (!address)
        return false;
    return address->is_v4() ? is_inner_v4(address->to_v4().to_uint()) : is_inner_v6(address->to_v6());
}

bool is_inner_host(const std::string& host) {
    return is_loopback_host(host) || is_inner_address(without_brackets(host));
}

bool is_loopback_host(const std::string& host) {
    const auto address = address_of(without_brackets(host));
    return host == "localhost" || (address && address->is_loopback());
}

} // namespace cli
