#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cli {

// A number of digits alone; nullopt for anything else.
std::optional<std::uint64_t> parse_digits(std::string_view text);

} // namespace cli
