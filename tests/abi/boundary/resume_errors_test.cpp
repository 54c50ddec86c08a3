// A run that is taken up and fails before it can look at its job: what was paid for stays known to the host.
#include "host_run.hpp"
#include "job_api.hpp"
#include "loaded_module.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <iterator>
#include <string>
#include <tuple>

namespace boundary_tests {
namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

class ResumeError : public testing::Test {
protected:
    ResumeError() {
        HostRun first(module_, api_.connection());
        first.keeps_checkpoints = true;
        first.request.suspend = WFN_SUSPEND_WHEN_SUBMITTED;
        EXPECT_EQ(WFN_OK, first.start(session_.get()));
        checkpoint_ = first.wait().checkpoint.value();
        again_.checkpoint = checkpoint_;
    }

    Ending resume() {
        EXPECT_EQ(WFN_OK, again_.start(session_.get()));
        return again_.wait();
    }
    void expect_known(const Ending& ending, bool names_job = true) {
        EXPECT_EQ(again_.checkpoint, ending.checkpoint); // to the letter
        EXPECT_TRUE(contains(ending.error_json, R"("charged":"unknown")")) << ending.error_json;
        EXPECT_EQ(names_job, contains(ending.error_json, R"("job_id":"job-1")")) << ending.error_json;
        EXPECT_EQ(1U, api_.submits());
    }

    JobApi api_{{.polls_until_done = 1}};
    LoadedModule module_;
    OpenSession session_{module_};
    HostRun again_{module_, api_.connection()};
    std::string checkpoint_;
};

TEST_F(ResumeError, ABadKey) {
    again_.connection = R"({"api_key": "two words"})";
    const auto ending = resume();
    EXPECT_EQ("invalid_connection", ending.error_code);
    expect_known(ending);

    HostRun repaired(module_, api_.connection());
    repaired.checkpoint = ending.checkpoint;
    ASSERT_EQ(WFN_OK, repaired.start(session_.get()));
    EXPECT_EQ(JobApi::output_of(1), repaired.wait().output);
    EXPECT_EQ(1U, api_.submits());
}

TEST_F(ResumeError, NoConnection) {
    again_.connection.reset();
    const auto ending = resume();
    EXPECT_EQ("invalid_connection", ending.error_code);
    expect_known(ending);
}

TEST_F(ResumeError, AnUnreadableCheckpoint) {
    again_.checkpoint = checkpoint_.substr(0, checkpoint_.size() / 2);
    const auto ending = resume();
    EXPECT_EQ("invalid_input", ending.error_code);
    expect_known(ending, false);
}

TEST_F(ResumeError, ACheckpointOfAnotherVersion) {
    again_.checkpoint->replace(checkpoint_.find("\"version\":1"), 11, "\"version\":9");
    const auto ending = resume();
    EXPECT_EQ("invalid_input", ending.error_code);
    expect_known(ending);
}

TEST_F(ResumeError, InvalidInputsDoNotKeepTheVideoBack) {
    again_.input = R"({"prompt": "", "image": "nowhere", "negative_prompt": null})";
    const auto ending = resume();
    EXPECT_EQ(JobApi::output_of(1), ending.output);
    EXPECT_TRUE(contains(ending.warnings, "inputs_ignored")) << ending.warnings;
    EXPECT_EQ(1U, api_.submits());
}

TEST_F(ResumeError, ValidatingOnlyGivesTheCheckpointBack) {
    again_.request.flags = WFN_VALIDATE_ONLY;
    const auto ending = resume();
    EXPECT_EQ(WFN_SUCCEEDED, ending.outcome);
    EXPECT_EQ(checkpoint_, ending.checkpoint);
}

// Every state of a checkpoint, and every error before its run can go on.
struct GivenState {
    const char* name;
    bool maybe_charged;
    bool names_job;
};
constexpr GivenState given_states[] = {{"prepared", false, false},
                                       {"intent", true, false},
                                       {"answered", true, false},
                                       {"submitted", true, true}};

struct EarlyError {
    const char* name;
    bool reads_checkpoint; // else nobody knows what it says, and it may have been paid for
    void (*cause)(HostRun&);
};
constexpr EarlyError early_errors[] = {
    {"bad_key", true, [](HostRun& run) { run.connection = R"({"api_key": "two words"})"; }},
    {"no_connection", true, [](HostRun& run) { run.connection.reset(); }},
    {"unknown_member", true, [](HostRun& run) { run.connection = R"({"api_key": "k", "base_url": 7})"; }},
    {"cut_off", false, [](HostRun& run) { run.checkpoint->resize(run.checkpoint->size() / 2); }},
    {"other_version", false,
     [](HostRun& run) {
         run.checkpoint->replace(run.checkpoint->find("\"version\":1"), 11, "\"version\":9");
     }},
    {"no_json", false, [](HostRun& run) { run.checkpoint = "lost"; }},
};

class EveryResumeError : public ResumeError,
                         public testing::WithParamInterface<std::tuple<std::size_t, std::size_t>> {};

TEST_P(EveryResumeError, GivesTheCheckpointBackAndSaysWhatItMayHaveCost) {
    const auto& state = given_states[std::get<0>(GetParam())];
    const auto& error = early_errors[std::get<1>(GetParam())];
    const std::string submitted = R"("state":"submitted")";
    again_.checkpoint->replace(again_.checkpoint->find(submitted), submitted.size(),
                               R"("state":")" + std::string(state.name) + '"');
    error.cause(again_);
    const auto ending = resume();
    EXPECT_EQ(WFN_FAILED, ending.outcome);
    EXPECT_EQ(again_.checkpoint, ending.checkpoint);
    const bool maybe = state.maybe_charged || !error.reads_checkpoint;
    EXPECT_TRUE(contains(ending.error_json, maybe ? R"("charged":"unknown")" : R"("charged":"no")"))
        << ending.error_json;
    if (error.reads_checkpoint) {
        EXPECT_EQ(state.names_job, contains(ending.error_json, R"("job_id":"job-1")")) << ending.error_json;
    }
    EXPECT_EQ(1U, api_.submits());
    EXPECT_EQ(0U, api_.polls());
}

INSTANTIATE_TEST_SUITE_P(OfEveryState, EveryResumeError,
                         testing::Combine(testing::Range<std::size_t>(0, std::size(given_states)),
                                          testing::Range<std::size_t>(0, std::size(early_errors))),
                         [](const auto& test) {
                             return std::string(given_states[std::get<0>(test.param)].name) + "_with_"
                                    + early_errors[std::get<1>(test.param)].name;
                         });

} // namespace
} // namespace boundary_tests
