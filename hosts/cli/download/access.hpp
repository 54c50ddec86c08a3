#pragma once

#include "download/url.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cli {

// What of a run's connection counts for downloading what it made.
struct Access {
    std::optional<Url> api;             // its base_url; nullopt: the connection names none
    std::string api_key;                // secret
    std::optional<std::string> ca_file; // instead of the system's authorities
    std::optional<std::string> proxy;   // may hold a password
    bool allows_insecure_loopback = false;
};

Access access_of(std::string_view connection_json);

// Why a redirect is not followed, as the end of a sentence; empty: it is. followed: how many were before it.
// to: nullopt, where it leads to no URL. inner_allowed: the first URL was not of the public internet either.
std::string fault_of_redirect(const Url& from, const std::optional<Url>& to, int followed, bool inner_allowed,
                              const Access& access);

} // namespace cli
