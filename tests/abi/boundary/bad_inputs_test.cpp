// Bad texts are no wrong calls: they arrive through on_complete, once, and never inside execute.
#include "host_run.hpp"
#include "job_api.hpp"
#include "loaded_module.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace boundary_tests {
namespace {

struct BadText {
    const char* name;
    std::string text;
    friend void PrintTo(const BadText& bad, std::ostream* out) { *out << bad.name; }
};
std::string name_of(const testing::TestParamInfo<BadText>& info) {
    return info.param.name;
}

std::string nested(std::size_t depth) {
    return R"({"prompt": )" + std::string(depth, '[') + std::string(depth, ']') + "}";
}

class BadInput : public testing::TestWithParam<BadText> {
protected:
    Ending ending_of(HostRun& run) {
        EXPECT_EQ(WFN_OK, run.start(session_.get()));
        auto ending = run.wait();
        EXPECT_EQ(WFN_OK, session_.close());
        EXPECT_EQ(1, run.completions());
        EXPECT_EQ(0, run.misplaced_callbacks());
        EXPECT_EQ(WFN_FAILED, ending.outcome);
        EXPECT_FALSE(ending.output);
        EXPECT_FALSE(ending.retryable);
        EXPECT_EQ(0U, api_.submits());
        return ending;
    }

    JobApi api_;
    LoadedModule module_;
    OpenSession session_{module_};
};

TEST_P(BadInput, EndsTheRunAsInvalidInput) {
    HostRun run(module_, api_.connection());
    run.input = GetParam().text;
    EXPECT_EQ("invalid_input", ending_of(run).error_code);
}
INSTANTIATE_TEST_SUITE_P(
    Texts, BadInput,
    testing::Values(BadText{"Empty", ""}, BadText{"Blank", " "}, BadText{"Null", "null"},
                    BadText{"Array", "[]"}, BadText{"NoMembers", "{}"}, BadText{"Cut", R"({"prompt": "x)"},
                    BadText{"TrailingBytes", valid_input() + "x"},
                    BadText{"InvalidUtf8", "{\"prompt\": \"\xc3\x28\"}"},
                    BadText{"LoneSurrogate", R"({"prompt": "\ud800", "image": 1})"},
                    BadText{"TwoMebibytes", R"({"prompt": ")" + std::string(2U << 20U, 'p') + "\"}"},
                    BadText{"Depth10000", nested(10'000)}, BadText{"Depth1000000", nested(1'000'000)},
                    BadText{"HugeNumber", R"({"prompt": 1e999999})"},
                    BadText{"WrongTypes", R"({"prompt": 1, "image": [], "negative_prompt": {}})"}),
    name_of);

class BadConnection : public BadInput {};

TEST_P(BadConnection, EndsTheRunAsInvalidConnection) {
    HostRun run(module_, GetParam().text);
    EXPECT_EQ("invalid_connection", ending_of(run).error_code);
}
INSTANTIATE_TEST_SUITE_P(
    Texts, BadConnection,
    testing::Values(BadText{"Empty", ""}, BadText{"Array", "[]"}, BadText{"NoKey", "{}"},
                    BadText{"InvalidUtf8", "{\"api_key\": \"\xff\"}"}, BadText{"Depth10000", nested(10'000)},
                    BadText{"TwoMebibytes", R"({"api_key": ")" + std::string(2U << 20U, 'k') + "\"}"},
                    BadText{"KeyWithLineEnd", R"({"api_key": "k\r\nX: 1"})"},
                    BadText{"FtpUrl", R"({"api_key": "k", "base_url": "ftp://example.com"})"},
                    BadText{"InsecureUrl", R"({"api_key": "k", "base_url": "http://example.com"})"},
                    BadText{"UnknownMember", R"({"api_key": "k", "secret": 1})"}),
    name_of);

TEST_F(BadInput, NoConnectionEndsTheRunAsInvalidConnection) {
    HostRun run(module_, "");
    run.connection.reset();
    EXPECT_EQ("invalid_connection", ending_of(run).error_code);
}

class BadCheckpoint : public BadInput {};

TEST_P(BadCheckpoint, EndsTheRunBeforeAnythingIsSent) {
    HostRun run(module_, api_.connection());
    run.checkpoint = GetParam().text;
    EXPECT_EQ("invalid_input", ending_of(run).error_code);
}
INSTANTIATE_TEST_SUITE_P(
    Texts, BadCheckpoint,
    testing::Values(BadText{"Empty", ""}, BadText{"Array", "[]"}, BadText{"NoMembers", "{}"},
                    BadText{"Version2", R"({"version": 2})"}, BadText{"InvalidUtf8", "{\"\xff\": 1}"},
                    BadText{"Depth10000", nested(10'000)},
                    BadText{"TwoMebibytes", std::string(2U << 20U, ' ')},
                    BadText{"StrangeTypes",
                            R"({"version": 1, "state": 5, "key": [], "generation": 1e300, "api": {}})"}),
    name_of);

TEST_F(BadInput, ValidateOnlyAnswersWithTheErrorOfTheRun) {
    HostRun run(module_, api_.connection());
    run.input = R"({"prompt": "x", "image": "ftp://example.com/a.jpg", "negative_prompt": null})";
    run.request.flags = WFN_VALIDATE_ONLY;
    EXPECT_EQ("invalid_image_url", ending_of(run).error_code);
}

TEST(ValidateOnly, GoodInputSucceedsWithoutAnOutputAndSendsNothing) {
    const JobApi api;
    const LoadedModule module;
    const OpenSession session(module);
    for (const bool with_connection : {true, false}) {
        HostRun run(module, api.connection());
        if (!with_connection)
            run.connection.reset();
        run.request.flags = WFN_VALIDATE_ONLY;
        run.keeps_checkpoints = true;
        ASSERT_EQ(WFN_OK, run.start(session.get()));
        const auto ending = run.wait();
        EXPECT_EQ(WFN_SUCCEEDED, ending.outcome);
        EXPECT_FALSE(ending.output);
        EXPECT_FALSE(ending.checkpoint);
        EXPECT_EQ(0U, run.checkpoints().size());
    }
    EXPECT_EQ(0U, api.server().requests().size());
}

} // namespace
} // namespace boundary_tests
