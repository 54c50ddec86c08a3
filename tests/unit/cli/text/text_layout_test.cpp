#include "text/text_layout.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

TEST(TextLayout, CountsColumns) {
    EXPECT_EQ(display_width("abc"), 3u);
    EXPECT_EQ(display_width("é"), 1u);
    EXPECT_EQ(display_width("e\u0301"), 1u);
    EXPECT_EQ(display_width("日本"), 4u);
    EXPECT_EQ(display_width("🎬"), 2u);
    EXPECT_EQ(display_width("☕"), 2u);
    EXPECT_EQ(display_width("\t\u202E"), display_width(printable("\t\u202E")));
    EXPECT_EQ(display_width("\xff"), 1u);
}

TEST(TextLayout, NoTextCanSteerTheTerminal) {
    EXPECT_EQ(printable("a\033[31mb\r\n\tc\x7f"), "a [31mb   c ");
    EXPECT_EQ(printable("\xc2\x9b"), " "); // C1's own escape
    EXPECT_EQ(printable("\u202Eabc"), " abc");
    EXPECT_EQ(printable("\xff\xc0\xaf\xed\xa0\x80"), "??????");
    EXPECT_EQ(printable("grüße 日本"), "grüße 日本");
    EXPECT_EQ(printable("\xe6\x97"), "??"); // cut short
}

TEST(TextLayout, TruncatesWithAMark) {
    EXPECT_EQ(truncate("abcdef", 6, true), "abcdef");
    EXPECT_EQ(truncate("abcdef", 5, true), "abcd…");
    EXPECT_EQ(truncate("abcdef", 5, false), "ab...");
    EXPECT_EQ(truncate("日本語", 4, true), "日…");
    EXPECT_EQ(truncate("abcdef", 2, false), "..");
    EXPECT_EQ(truncate("abcdef", 0, true), "");
}

TEST(TextLayout, WrapsWithAHangingIndent) {
    EXPECT_EQ(wrap("- ", "one two three", 9), "- one two\n  three\n");
    EXPECT_EQ(wrap("- ", "one\ntwo", 80), "- one\n  two\n");
    EXPECT_EQ(wrap("- ", "", 80), "-\n");
    EXPECT_EQ(wrap("", "a  b", 80), "a b\n");
    EXPECT_EQ(wrap("", "see https://example.com/long now", 12), "see\nhttps://example.com/long\nnow\n");
}

TEST(TextLayout, PadsByColumns) {
    EXPECT_EQ(pad("日", 4), "日  ");
    EXPECT_EQ(pad("☕", 4), "☕  ");
    EXPECT_EQ(pad("abcd", 2), "abcd");
}

} // namespace
} // namespace cli
