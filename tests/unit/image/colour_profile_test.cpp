#include "image/colour_profile.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>

namespace {

std::string number(std::uint32_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes += static_cast<char>(value >> shift & 0xFF);
    return bytes;
}

using Xyz = std::array<double, 3>;

std::string profile_of(const Xyz& red, const Xyz& green, const Xyz& blue) {
    std::string tags = number(3);
    std::string values;
    const auto add = [&](const char* name, const Xyz& colour) {
        tags += name + number(static_cast<std::uint32_t>(128 + 4 + 3 * 12 + values.size())) + number(20);
        values += "XYZ " + number(0);
        for (const double axis : colour)
            values += number(static_cast<std::uint32_t>(std::lround(axis * 65536)));
    };
    add("rXYZ", red);
    add("gXYZ", green);
    add("bXYZ", blue);
    std::string header(128, '\0');
    header.replace(16, 4, "RGB ");
    return header + tags + values;
}

const Xyz red{0.436, 0.222, 0.014};
const Xyz green{0.385, 0.717, 0.097};
const Xyz blue{0.143, 0.061, 0.714};

TEST(ColourProfile, KnowsTheColoursOfSrgb) {
    EXPECT_TRUE(image::has_srgb_colours(profile_of(red, green, blue)));
}

TEST(ColourProfile, TellsWiderColours) { // Display P3
    EXPECT_FALSE(image::has_srgb_colours(
        profile_of({0.515, 0.241, -0.001}, {0.292, 0.692, 0.042}, {0.157, 0.067, 0.784})));
}

TEST(ColourProfile, TakesGreyAsItIs) {
    std::string profile(200, '\0');
    profile.replace(16, 4, "GRAY");
    EXPECT_TRUE(image::has_srgb_colours(profile));
}

TEST(ColourProfile, SurvivesEveryCutAndWildOffsets) {
    const std::string whole = profile_of(red, green, blue);
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_FALSE(image::has_srgb_colours(whole.substr(0, length))) << length;
    std::string wild = whole;
    wild.replace(128, 4, number(0xFFFFFFFF));
    wild.replace(132 + 4, 4, number(0xFFFFFFF0));
    EXPECT_FALSE(image::has_srgb_colours(wild));
}

TEST(ColourProfile, ComesInBase64) {
    EXPECT_EQ(image::decode_base64("aW1hZ2U=\n"), "image");
    EXPECT_EQ(image::decode_base64("aW1h\nZ2Vz"), "images");
    EXPECT_EQ(image::decode_base64(""), "");
    EXPECT_EQ(image::decode_base64("!"), "");
}

} // namespace
