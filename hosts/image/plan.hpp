#pragma once

#include "image/format.hpp"
#include "image/header.hpp"
#include "image/request.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace image {

// More is refused. The largest photos that telephones take have 200 million.
inline constexpr std::uint64_t most_pixels = 256'000'000;

// What is known of an image file before it is decoded.
struct Facts {
    Format format = Format::jpeg;
    std::uint64_t bytes = 0;
    std::optional<Header> header; // nullopt: there is no tool that reads it
    bool is_wide_gamut = false;   // its colours are not sRGB's
};

// One try at writing the image, which may come out too large.
struct Attempt {
    std::uint32_t side = 0; // of the longer side, at most
    int quality = 0;        // 1 to 100; of no use for PNG

    bool operator==(const Attempt&) const = default;
};

struct Plan {
    enum class Kind {
        keep,
        convert,
        needs_tool, // it would have to be converted, but its header could not be read
        refuse
    };
    Kind kind = Kind::keep;
    Format to = Format::jpeg;         // what it is converted to
    std::vector<std::string> changes; // what is done besides, "turned upright"
    std::vector<Attempt> attempts;    // until one is small enough; not empty where it is converted
    std::string refusal;              // what is wrong and what to do; follows the file's name
};

// Converts only what has to be: see README.md.
Plan decide(const Facts& facts, const Request& request);

// "HEIC, 4032 x 3024, 2.1 MiB: converted to JPEG, turned upright"
std::string describe(const Facts& facts, const Plan& plan);

// "2.1 MiB"
std::string size_text(std::uint64_t bytes);

} // namespace image
