#include "random_text.hpp"
#include "run_identity.hpp"

#include <gtest/gtest.h>

namespace cli {
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

TEST(RunIdentity, ALineIsNamedByWhereItIsAndWhatItHolds) {
    const std::string key = batch_run_key("flow", 12, "echo", "{\"a\":1}");
    EXPECT_EQ(key.substr(0, 8), "flow:12:");
    EXPECT_EQ(key.size(), 24u);
    EXPECT_EQ(batch_run_key("flow", 12, "echo", "{ \"a\": 1 }"), key);
    EXPECT_NE(batch_run_key("flow", 13, "echo", "{\"a\":1}"), key);
    EXPECT_NE(batch_run_key("flow", 12, "slow_echo", "{\"a\":1}"), key);
    EXPECT_NE(batch_run_key("flow", 12, "echo", "{\"a\":2}"), key);
    EXPECT_NE(batch_run_key("flows", 12, "echo", "{\"a\":1}"), key);
}

TEST(RunIdentity, SeesTheJobInACheckpoint) {
    EXPECT_TRUE(checkpoint_names_job(R"({"state":"submitted","job":{"ids":["x","job-1"]}})", "job-1"));
    EXPECT_FALSE(checkpoint_names_job(R"({"state":"intent","job-1":"x","n":1})", "job-1"));
    EXPECT_FALSE(checkpoint_names_job(R"({"job":"job-10"})", "job-1"));
    EXPECT_FALSE(checkpoint_names_job(R"({"job":""})", ""));
    EXPECT_FALSE(checkpoint_names_job("job-1", "job-1"));
}

TEST(HashText, IsFnv1a) {
    EXPECT_EQ(hex_text(hash_text("")), "cbf29ce484222325");
    EXPECT_EQ(hex_text(hash_text("foobar")), "85944171f73967e8");
}

} // namespace
} // namespace cli
