#include "api/error.hpp"
#include "nodes/image_to_video.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <cstddef>
#include <set>
#include <string>

namespace job_engine {
namespace {

const auto& errors = pixelml::image_to_video_errors;

TEST(ErrorTable, HasOneRowPerCodeInTheEnumsOrder) {
    std::set<std::string> codes;
    std::size_t index = 0;
    for (const auto& kind : errors) {
        EXPECT_EQ(static_cast<std::size_t>(kind.id), index++);
        EXPECT_EQ(&error_kind(kind.id, errors), &kind);
        EXPECT_EQ(error_code_named(kind.code, errors), kind.id);
        EXPECT_TRUE(codes.insert(kind.code).second) << kind.code;
        for (const auto* text : {kind.type, kind.cause, kind.solution})
            EXPECT_FALSE(std::string(text).empty()) << kind.code;
    }
    EXPECT_EQ(index, static_cast<std::size_t>(ErrorCode::internal_error) + 1);
    EXPECT_FALSE(error_code_named("no_such_code", errors));
    EXPECT_FALSE(error_code_named("", errors));
}

TEST(ErrorTable, CarriesTheWordsOfTheNodesPage) {
    const auto& kind = error_kind(ErrorCode::input_too_vague, errors);
    EXPECT_STREQ(kind.type, "Prompt Too Vague");
    EXPECT_STREQ(kind.cause, "Prompt doesn't provide enough motion guidance");
    EXPECT_STREQ(kind.solution, "Be more specific about the type of motion and animation you want");
}

TEST(ErrorTable, IsPublishedAsJson) {
    const auto rows = to_json(errors);
    ASSERT_EQ(rows.size(), errors.size());
    const auto& row = rows.at(0).as_object();
    EXPECT_EQ(row.at("code").as_string(), "invalid_image_url");
    EXPECT_EQ(row.at("retryable").as_bool(), false);
    EXPECT_EQ(row.size(), 5U);
}

TEST(Error, IsAsRetryableAsItsRow) {
    EXPECT_TRUE(make_error(ErrorCode::rate_limited, "").retryable);
    EXPECT_FALSE(make_error(ErrorCode::submission_unknown, "").retryable);
}

TEST(Error, HasEveryMemberInJson) {
    auto error = make_error(ErrorCode::rate_limited, "too fast");
    error.charged = Charged::yes;
    error.http_status = 429;
    error.retry_after_ms = 3000;
    error.request_id = "r-1";
    error.job_id = "j-1";
    error.details.push_back({"/prompt", "is required"});
    const auto json = to_json(error, errors);
    EXPECT_EQ(json.at("type").as_string(), "Rate Limited");
    EXPECT_EQ(json.at("code").as_string(), "rate_limited");
    EXPECT_EQ(json.at("message").as_string(), "too fast");
    EXPECT_EQ(json.at("retryable").as_bool(), true);
    EXPECT_EQ(json.at("retry_after_ms").as_int64(), 3000);
    EXPECT_EQ(json.at("charged").as_string(), "yes");
    EXPECT_EQ(json.at("http_status").as_int64(), 429);
    EXPECT_EQ(json.at("request_id").as_string(), "r-1");
    EXPECT_EQ(json.at("job_id").as_string(), "j-1");
    EXPECT_EQ(boost::json::serialize(json.at("details")), R"([{"path":"/prompt","message":"is required"}])");
    EXPECT_TRUE(json.contains("cause") && json.contains("solution"));
}

TEST(Error, SaysNullWhereNothingIsKnown) {
    const auto json = to_json(make_error(ErrorCode::internal_error, "?"), errors);
    for (const auto* name : {"retry_after_ms", "http_status", "request_id", "job_id"})
        EXPECT_TRUE(json.at(name).is_null()) << name;
    EXPECT_EQ(json.at("charged").as_string(), "no");
    EXPECT_TRUE(json.at("details").as_array().empty());
}

} // namespace
} // namespace job_engine
