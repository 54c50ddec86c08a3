#pragma once

#include "posix/environment.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cli {

// A connection of the category, built from its environment variables. If base_url is an http URL and the
// connection's schema has a member allow_insecure_loopback, that is set as well: such a URL can only mean
// this machine. nullopt if there is neither a key nor a URL.
std::optional<std::string> connection_from_environment(std::string_view category,
                                                       std::string_view schema_json,
                                                       const Environment& environment);

} // namespace cli
