#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

// An environment variable; nullopt: not set or empty.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
std::optional<std::string> process_environment(const std::string& name);

// "PIXELML" for "pixelml": what the variables of a connection's category begin with. Upper case, anything but
// letters and digits as '_'.
std::string environment_prefix(std::string_view category);

} // namespace cli
