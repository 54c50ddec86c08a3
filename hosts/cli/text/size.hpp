#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

// "4096", "500M", "1.5GiB": a number with K, M, G or T, of 1024 each. nullopt for other texts, zero, and more
// than an exbibyte.
std::optional<std::uint64_t> parse_size(std::string_view text);

// "512 bytes", "1.5 MiB": for sentences.
std::string size_text(std::uint64_t bytes);

} // namespace cli
