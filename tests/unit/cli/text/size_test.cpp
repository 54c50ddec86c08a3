#include "text/size.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

TEST(Size, IsReadWithItsUnit) {
    EXPECT_EQ(parse_size("4096"), 4096u);
    EXPECT_EQ(parse_size("1K"), 1024u);
    EXPECT_EQ(parse_size("1.5MiB"), 1572864u);
    EXPECT_EQ(parse_size("2GB"), std::uint64_t{2} << 30);
    EXPECT_EQ(parse_size("1T"), std::uint64_t{1} << 40);
    for (const char* text : {"", "0", "M", "1X", "-1", "1 M", "1M2", "1..5M", "99999999T", "nan"})
        EXPECT_FALSE(parse_size(text)) << text;
}

TEST(Size, IsSpoken) {
    EXPECT_EQ(size_text(0), "0 bytes");
    EXPECT_EQ(size_text(1), "1 byte");
    EXPECT_EQ(size_text(1023), "1023 bytes");
    EXPECT_EQ(size_text(1536), "1.5 KiB");
    EXPECT_EQ(size_text(1048575), "1.0 MiB");
    EXPECT_EQ(size_text(std::uint64_t{2} << 30), "2.0 GiB");
}

} // namespace
} // namespace cli
