#include "base/plain_text.hpp"
#include "module/host_log.hpp"

#include <gtest/gtest.h>

#include <string>

namespace job_engine {
namespace {

using namespace std::string_literals;

TEST(PlainText, IsOneLineWithoutControlCharacters) {
    EXPECT_EQ(plain_text("a\r\nb\tc\x7F\0d"s), "a  b c  d");
    EXPECT_EQ(plain_text("a\xC2\x85"s + "b\xE2\x80\xA8"s + "c"), "a b c") << "next line, line separator";
    EXPECT_EQ(plain_text("\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x8E\xAC"), "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x8E\xAC");
}

TEST(PlainText, IsValidUtf8) {
    const auto odd = "\xEF\xBF\xBD"s;
    EXPECT_EQ(plain_text("caf\xE9"), "caf" + odd);
    EXPECT_EQ(plain_text("\xC3"), odd);
    EXPECT_EQ(plain_text("\xC0\xAF"), odd + odd) << "a detour";
    EXPECT_EQ(plain_text("\xED\xA0\x80"), odd + odd + odd) << "half a surrogate pair";
    EXPECT_EQ(plain_text("\xF5\x80\xE2\x82"), odd + odd + odd + odd);
    EXPECT_EQ(plain_text("\xF4\x90\x80\x80"), odd + odd + odd + odd) << "beyond Unicode";
}

TEST(PlainText, IsCutBetweenTwoCharacters) {
    EXPECT_EQ(plain_text("abcd", 4), "abcd");
    EXPECT_EQ(plain_text("abcde", 4), "abcd...");
    EXPECT_EQ(plain_text("abc\xC3\xA9", 4), "abc...");
    EXPECT_EQ(plain_text("abc\xC3\xA9", 5), "abc\xC3\xA9");
}

TEST(Trimmed, TakesTheEndsOnly) {
    EXPECT_EQ(trimmed(" \r\n a b\t\xC2\xA0\xEF\xBB\xBF"), "a b");
    EXPECT_EQ(trimmed(" \n "), "");
    EXPECT_EQ(trimmed(""), "");
}

TEST(HostLog, WritesOneLine) {
    std::string seen;
    wfn_host host{};
    host.user_data = &seen;
    host.log = [](void* to, wfn_log_level, const char* line) { *static_cast<std::string*>(to) = line; };
    HostLog(host).write(WFN_LOG_INFO, "run 7\r\n2026-01-01 ERROR forged\xFF");
    EXPECT_EQ(seen, "run 7  2026-01-01 ERROR forged\xEF\xBF\xBD");
}

} // namespace
} // namespace job_engine
