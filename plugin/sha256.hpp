#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pixelml {

std::string hex(std::span<const unsigned char> bytes);
std::string sha256_hex(std::string_view text);

} // namespace pixelml
