#include "journal/module_check.hpp"

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

wfn::Result failed() {
    wfn::Result result;
    result.error.emplace();
    return result;
}

TEST(ResultCheck, AnOutputThatIsNoJsonIsAnError) {
    for (const char* output : {"", "done", "{\"video\":", "{}{}", "{\"a\":NaN}", "\"\xFF\""}) {
        wfn::Result result = succeeded(output);
        EXPECT_TRUE(check_result(result)) << output;
        EXPECT_EQ(result.outcome, wfn::Outcome::failed);
        ASSERT_TRUE(result.error);
        EXPECT_EQ(result.error->code, "malformed_output");
        EXPECT_EQ(parse_module_json(result.error->json)->at("charged"), "unknown");
        EXPECT_FALSE(check_result(result)); // once
    }
}

TEST(ResultCheck, AnOutputThatIsTooLargeIsAnError) {
    wfn::Result result = succeeded("\"" + std::string(max_output, 'x') + "\"");
    EXPECT_TRUE(check_result(result));
    EXPECT_EQ(result.error->code, "malformed_output");
    EXPECT_EQ(result.output_json, "");
}

TEST(ResultCheck, AnOutcomeThatDoesNotExistIsAFailure) {
    wfn::Result result = succeeded("{}");
    result.outcome = static_cast<wfn::Outcome>(7);
    EXPECT_TRUE(check_result(result));
    EXPECT_EQ(result.outcome, wfn::Outcome::failed);
    EXPECT_EQ(result.error->code, "malformed_result");
    EXPECT_NE(result.error->message.find('7'), std::string::npos);
}

TEST(ResultCheck, OnlyASuspensionWithoutACheckpointKeepsTheLast) {
    wfn::Result result;
    result.outcome = wfn::Outcome::suspended;
    EXPECT_TRUE(check_result(result));
    EXPECT_EQ(result.outcome, wfn::Outcome::suspended);
    result.checkpoint.emplace().json = "{}";
    EXPECT_FALSE(check_result(result));
    result = failed();
    EXPECT_FALSE(check_result(result)); // there is nothing to go on from
}

TEST(ResultCheck, AFailureWithoutAnErrorGetsOne) {
    wfn::Result result;
    EXPECT_TRUE(check_result(result));
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->code, "malformed_result");
    EXPECT_EQ(result.error->charged, wfn::Charge::unknown);
}

TEST(ResultCheck, AnErrorWithoutItsTextsIsFilledIn) {
    wfn::Result result = failed();
    result.error->job_id = "j";
    result.error->charged = wfn::Charge::yes;
    EXPECT_FALSE(check_result(result));
    EXPECT_EQ(result.error->code, "malformed_error");
    EXPECT_NE(result.error->message, "");
    const boost::json::value whole = parse_module_json(result.error->json).value();
    EXPECT_EQ(whole.at("code"), "malformed_error");
    EXPECT_EQ(whole.at("job_id"), "j");
    EXPECT_EQ(whole.at("charged"), "yes");
    EXPECT_TRUE(whole.at("retry_after_ms").is_null());
}

TEST(ResultCheck, ACheckpointThatCannotBeGivenBackIsRemoved) {
    for (const std::string& text :
         {std::string(), std::string("x"), std::string(WFN_MAX_CHECKPOINT_BYTES + 1, ' ')}) {
        wfn::Result result;
        result.outcome = wfn::Outcome::suspended;
        result.checkpoint.emplace().json = text;
        EXPECT_FALSE(fault_of_checkpoint(*result.checkpoint).empty());
        EXPECT_TRUE(check_result(result)) << text.size();
        EXPECT_FALSE(result.checkpoint);
    }
}

TEST(ResultCheck, LeavesWhatIsRight) {
    for (const std::string& output :
         {std::string("{}"), std::string(" [1] "), std::string(100, '[') + std::string(100, ']')}) {
        wfn::Result result = succeeded(output);
        EXPECT_FALSE(check_result(result));
        EXPECT_TRUE(result.succeeded());
        EXPECT_EQ(result.output_json, output);
    }
    wfn::Result result = failed();
    result.error->code = "busy";
    result.error->message = "m";
    result.error->solution = "s";
    result.error->json = "{\"code\":\"busy\"}";
    result.checkpoint.emplace().json = "{\"a\":1}";
    EXPECT_FALSE(check_result(result));
    EXPECT_EQ(result.error->json, "{\"code\":\"busy\"}");
    EXPECT_TRUE(result.checkpoint);
}

} // namespace
} // namespace durable
