#include "image/colour_profile.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>

namespace image {

namespace {

// Offsets of ICC.1:2010: a header of 128 bytes, the count of tags, and 12 bytes for each of them.
constexpr std::size_t colour_space_at = 16;
constexpr std::size_t tag_count_at = 128;
constexpr std::size_t tags_at = 132;
constexpr std::size_t tag_bytes = 12;
constexpr std::size_t most_tags = 100;

std::uint32_t number_at(std::string_view bytes, std::size_t offset) {
    std::uint32_t number = 0;
    if (offset > bytes.size() || bytes.size() - offset < 4)
        return 0;
    for (const char byte : bytes.substr(offset, 4))
        number = number << 8 | static_cast<unsigned char>(byte);
    return number;
}

using Xyz = std::array<double, 3>;

std::optional<Xyz> colour_of_tag(std::string_view profile, std::string_view tag) {
    const std::size_t count = std::min<std::size_t>(number_at(profile, tag_count_at), most_tags);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t entry = tags_at + i * tag_bytes;
        if (entry + tag_bytes > profile.size())
            return std::nullopt;
        if (profile.substr(entry, 4) != tag)
            continue;
        const std::size_t value = number_at(profile, entry + 4);
        if (value > profile.size() || profile.substr(value, 4) != "XYZ ")
            return std::nullopt;
        Xyz colour;
        for (std::size_t axis = 0; axis < colour.size(); ++axis) {
            colour[axis] =
                static_cast<double>(static_cast<std::int32_t>(number_at(profile, value + 8 + axis * 4)))
                / 65536.0;
        }
        return colour;
    }
    return std::nullopt;
}

bool is_near(const std::optional<Xyz>& colour, const Xyz& wanted) {
    constexpr double tolerance = 0.01;
    if (!colour)
        return false;
    for (std::size_t axis = 0; axis < wanted.size(); ++axis) {
        if (std::abs((*colour)[axis] - wanted[axis]) > tolerance)
            return false;
    }
    return true;
}

} // namespace

bool has_srgb_colours(std::string_view profile) {
    if (profile.size() > tags_at && profile.substr(colour_space_at, 4) == "GRAY")
        return true;
    return is_near(colour_of_tag(profile, "rXYZ"), {0.4361, 0.2225, 0.0139})
           && is_near(colour_of_tag(profile, "gXYZ"), {0.3851, 0.7169, 0.0971})
           && is_near(colour_of_tag(profile, "bXYZ"), {0.1431, 0.0606, 0.7141});
}

std::string decode_base64(std::string_view text) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char character : text) {
        if (character == '\n' || character == '\r')
            continue;
        const std::size_t digit = digits.find(character);
        if (digit == digits.npos)
            break;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes += static_cast<char>(bits >> held & 0xFF);
        }
    }
    return bytes;
}

} // namespace image
