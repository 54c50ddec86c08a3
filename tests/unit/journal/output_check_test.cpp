#include "journal/output_check.hpp"

#include <boost/json/object.hpp>
#include <gtest/gtest.h>

namespace durable {
namespace {

wfn::Result succeeded(const std::string& output) {
    wfn::Result result;
    result.outcome = wfn::Outcome::succeeded;
    result.output_json = output;
    return result;
}

TEST(OutputCheck, WhatIsNoJsonIsAnError) {
    for (const char* output : {"", "done", "{\"video\":", "{}{}", "{\"a\":NaN}"}) {
        wfn::Result result = succeeded(output);
        EXPECT_TRUE(check_output(result)) << output;
        EXPECT_EQ(result.outcome, wfn::Outcome::failed);
        ASSERT_TRUE(result.error);
        EXPECT_EQ(result.error->code, "malformed_output");
        EXPECT_EQ(embedded(result.error->json).at("charged"), "unknown");
        EXPECT_FALSE(check_output(result)); // once
    }
}

TEST(OutputCheck, LeavesWhatIsRight) {
    for (const std::string& output :
         {std::string("{}"), std::string(" [1] "), std::string(100, '[') + std::string(100, ']')}) {
        wfn::Result result = succeeded(output);
        EXPECT_FALSE(check_output(result));
        EXPECT_TRUE(result.succeeded());
        EXPECT_EQ(result.output_json, output);
    }
    wfn::Result failed;
    EXPECT_FALSE(check_output(failed));
    EXPECT_FALSE(failed.error);
}

} // namespace
} // namespace durable
