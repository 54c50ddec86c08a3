#include "http/byte_range.hpp"

#include <gtest/gtest.h>

namespace sandbox {
namespace {

using Range = std::variant<WholeFile, ByteRange, Unsatisfiable>;

TEST(ByteRange, TakesTheFormsOfOneRange) {
    EXPECT_EQ(parse_range("bytes=0-99", 1000), Range(ByteRange{0, 100}));
    EXPECT_EQ(parse_range("bytes=10-", 1000), Range(ByteRange{10, 990}));
    EXPECT_EQ(parse_range("bytes=-10", 1000), Range(ByteRange{990, 10}));
    EXPECT_EQ(parse_range("BYTES=5-5", 1000), Range(ByteRange{5, 1}));
}

TEST(ByteRange, StopsAtTheEndOfTheFile) {
    EXPECT_EQ(parse_range("bytes=990-5000", 1000), Range(ByteRange{990, 10}));
    EXPECT_EQ(parse_range("bytes=-5000", 1000), Range(ByteRange{0, 1000}));
}

TEST(ByteRange, CannotBeSatisfiedPastTheEnd) {
    EXPECT_EQ(parse_range("bytes=1000-", 1000), Range(Unsatisfiable{}));
    EXPECT_EQ(parse_range("bytes=1000-1001", 1000), Range(Unsatisfiable{}));
    EXPECT_EQ(parse_range("bytes=-0", 1000), Range(Unsatisfiable{}));
    EXPECT_EQ(parse_range("bytes=0-", 0), Range(Unsatisfiable{}));
}

TEST(ByteRange, IsTheWholeFileWhenUnknownOrMalformed) {
    for (const char* const header :
         {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=1-2,4-5", "items=0-1",
          "bytes=1 - 2", "bytes=--1", "bytes=99999999999999999999999-", "bytes=0-99999999999999999999999"})
        EXPECT_EQ(parse_range(header, 1000), Range(WholeFile{})) << header;
}

} // namespace
} // namespace sandbox
