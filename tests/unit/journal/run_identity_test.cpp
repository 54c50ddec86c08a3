#include "journal/random_text.hpp"
#include "journal/run_identity.hpp"

#include <gtest/gtest.h>

namespace durable {
namespace {

TEST(RunIdentity, AnInputIsTheSameHoweverItIsWritten) {
    EXPECT_EQ(canonical_input(R"({ "b": [1, {"d":2,"c":null}], "a": "x" })"),
              canonical_input(R"({"a":"x","b":[1,{"c":null,"d":2}]})"));
    EXPECT_NE(canonical_input("[1,2]"), canonical_input("[2,1]"));
    EXPECT_NE(canonical_input("{\"a\":1}"), canonical_input("{\"a\":\"1\"}"));
    EXPECT_EQ(canonical_input("not JSON"), "not JSON");
}

TEST(RunIdentity, ANewKeyIsNew) {
    EXPECT_EQ(new_run_key().size(), 20u);
    EXPECT_NE(new_run_key(), new_run_key());
}

TEST(BatchKeys, ALineIsNamedByWhatItAsksFor) {
    BatchKeys keys("flow");
    const std::string key = keys.next_key("echo", "{\"a\":1}");
    EXPECT_EQ(key.substr(0, 5), "flow:");
    EXPECT_EQ(key.substr(21), "-1");
    EXPECT_EQ(keys.next_key("echo", "{ \"a\": 1 }"), key.substr(0, 21) + "-2");
    EXPECT_NE(keys.next_key("slow_echo", "{\"a\":1}"), key);
    EXPECT_EQ(keys.next_key("echo", "{\"a\":2}").substr(21), "-1");
    EXPECT_EQ(keys.next_key("echo", "{\"a\":1}"), key.substr(0, 21) + "-3");

    BatchKeys again("flow"); // wherever they are by then
    again.next_key("echo", "{\"a\":3}");
    EXPECT_EQ(again.next_key("echo", "{\"a\":1}"), key);
    EXPECT_NE(BatchKeys("flows").next_key("echo", "{\"a\":1}"), key);
}

TEST(BatchKeys, KnowsTheKeysOfOlderVersions) {
    const std::string digits = BatchKeys("a:b").next_key("echo", "{}").substr(4, 16);
    BatchKeys keys("a:b");
    for (const char* line : {"12", "3"})
        keys.known("a:b:" + std::string(line) + ":" + digits);
    for (const char* other :
         {"", "a:b", "a:b:", "mine", "a:b:x:0123456789abcdef", "a:b:7:0123", "other:1:0123456789abcdef"})
        keys.known(other);
    keys.known("a:b:" + digits + "-1"); // of today
    keys.known("a:b:x:" + digits);
    EXPECT_EQ(keys.next_key("echo", "{}"), "a:b:3:" + digits);
    EXPECT_EQ(keys.next_key("echo", "{}"), "a:b:12:" + digits);
    EXPECT_EQ(keys.next_key("echo", "{}"), "a:b:" + digits + "-3");
}

TEST(HashText, IsFnv1a) {
    EXPECT_EQ(hex_text(hash_text("")), "cbf29ce484222325");
    EXPECT_EQ(hex_text(hash_text("foobar")), "85944171f73967e8");
}

} // namespace
} // namespace durable
