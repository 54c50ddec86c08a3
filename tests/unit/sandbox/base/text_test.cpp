#include "base/text.hpp"

#include <gtest/gtest.h>

namespace sandbox {
namespace {

TEST(Text, IsShortenedBetweenCharacters) {
    EXPECT_EQ(shortened("abc", 3), "abc");
    EXPECT_EQ(shortened("abcdef", 5), "ab\xE2\x80\xA6");
    EXPECT_EQ(shortened("\xC3\xA4\xC3\xB6\xC3\xBC", 5), "\xC3\xA4\xE2\x80\xA6");
    EXPECT_EQ(shortened("\xC3\xA4\xC3\xB6\xC3\xBC", 4), "\xE2\x80\xA6");
}

TEST(Text, IsPrintableOnOneLine) {
    EXPECT_EQ(printable("a\nb\x1B[31m\x7F", 100), "a b [31m ");
}

TEST(Text, IsTrimmed) {
    EXPECT_EQ(trimmed(" \t a b \r\n"), "a b");
    EXPECT_EQ(trimmed(" \n"), "");
}

TEST(Text, ShowsTimesInUtc) {
    using namespace std::chrono;
    EXPECT_EQ(iso_time(system_clock::time_point(milliseconds(1'700'000'000'007))),
              "2023-11-14T22:13:20.007Z");
}

TEST(Text, MakesRandomHexadecimalDigits) {
    const std::string hex = random_hex(12);
    EXPECT_EQ(hex.size(), 24U);
    EXPECT_EQ(hex.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_NE(hex, random_hex(12));
}

} // namespace
} // namespace sandbox
