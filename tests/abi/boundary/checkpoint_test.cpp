// The host's word that a checkpoint is kept: given inside the callback, later, never, or refused.
#include "host_run.hpp"
#include "job_api.hpp"
#include "loaded_module.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace boundary_tests {
namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

class Checkpoint : public testing::Test {
protected:
    Checkpoint() { run_.keeps_checkpoints = true; }

    // Answers the first checkpoint, before the submit, with the first word and later ones with the second.
    void answer(bool first, bool later) {
        run_.on_checkpoint = [=, this, count = 0](wfn_run* run, const std::string&) mutable {
            module_->run_checkpoint_saved(run, (count++ == 0 ? first : later) ? 1 : 0);
        };
    }

    JobApi api_{{.polls_until_done = 1}};
    LoadedModule module_;
    OpenSession session_{module_};
    HostRun run_{module_, api_.connection()};
};

TEST_F(Checkpoint, AnsweredInsideTheCallback) {
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    const auto ending = run_.wait();
    EXPECT_EQ(JobApi::output_of(1), ending.output);
    EXPECT_FALSE(ending.checkpoint);
    const auto kept = run_.checkpoints();
    ASSERT_EQ(2U, kept.size()); // before the submit, and with the job
    EXPECT_FALSE(contains(kept[0], "job_id"));
    EXPECT_TRUE(contains(kept[1], R"("job_id":"job-1")"));
    for (const auto& text : kept) {
        EXPECT_FALSE(contains(text, "test-key"));
        EXPECT_LE(text.size(), 16U << 10U);
    }
}

TEST_F(Checkpoint, AnsweredLaterOnAnotherThread) {
    run_.on_checkpoint = [](wfn_run*, const std::string&) {};
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    std::thread store([this] {
        ASSERT_TRUE(run_.wait_for_checkpoints(1));
        EXPECT_EQ(0U, api_.submits()); // nothing is submitted before the answer
        EXPECT_EQ(WFN_OK, module_->run_checkpoint_saved(run_.handle(), 1));
        ASSERT_TRUE(run_.wait_for_checkpoints(2));
        EXPECT_EQ(1U, api_.submits());
        EXPECT_EQ(WFN_OK, module_->run_checkpoint_saved(run_.handle(), 1));
    });
    EXPECT_EQ(WFN_SUCCEEDED, run_.wait().outcome);
    store.join();
}

// Also where its inputs would be refused: there is nothing to submit them for.
TEST_F(Checkpoint, ARunThatOnlyCollectsNeverSubmits) {
    for (const auto& input : {valid_input(), std::string("{}")}) {
        HostRun run(module_, api_.connection());
        run.input = input;
        run.request.flags = WFN_COLLECT_ONLY;
        ASSERT_EQ(WFN_OK, run.start(session_.get()));
        const auto ending = run.wait();
        EXPECT_EQ("nothing_to_collect", ending.error_code);
        EXPECT_TRUE(contains(ending.error_json, R"("charged":"no")")) << ending.error_json;
    }
    EXPECT_EQ(0U, api_.submits());
}

TEST_F(Checkpoint, NeverAnsweredBeforeTheSubmitEndsTheRunUnpaid) {
    run_.on_checkpoint = [](wfn_run*, const std::string&) {};
    run_.request.checkpoint_timeout_ms = 200;
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    const auto ending = run_.wait();
    EXPECT_EQ("checkpoint_not_kept", ending.error_code);
    EXPECT_TRUE(ending.retryable);
    EXPECT_TRUE(contains(ending.error_json, R"("charged":"no")")) << ending.error_json;
    EXPECT_EQ(0U, api_.submits());
}

TEST_F(Checkpoint, RefusedBeforeTheSubmitEndsTheRunUnpaid) {
    answer(false, false);
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    const auto ending = run_.wait();
    EXPECT_EQ("checkpoint_not_kept", ending.error_code);
    EXPECT_TRUE(ending.retryable);
    EXPECT_EQ(0U, api_.submits());
}

TEST_F(Checkpoint, RefusedAfterTheSubmitWarns) {
    answer(true, false);
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    const auto ending = run_.wait();
    EXPECT_EQ(JobApi::output_of(1), ending.output);
    EXPECT_TRUE(contains(ending.warnings, "checkpoint_not_kept")) << ending.warnings;
}

TEST_F(Checkpoint, NeverAnsweredAfterTheSubmitWarns) {
    run_.on_checkpoint = [this](wfn_run* run, const std::string& text) {
        if (!contains(text, "job_id"))
            module_->run_checkpoint_saved(run, 1);
    };
    run_.request.checkpoint_timeout_ms = 200;
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    const auto ending = run_.wait();
    EXPECT_EQ(JobApi::output_of(1), ending.output);
    EXPECT_TRUE(contains(ending.warnings, "checkpoint_not_kept")) << ending.warnings;
}

TEST_F(Checkpoint, AnswersThatNobodyWaitsForAreRefused) {
    wfn_status second = -1;
    run_.on_checkpoint = [&](wfn_run* run, const std::string&) {
        module_->run_checkpoint_saved(run, 1);
        second = module_->run_checkpoint_saved(run, 1);
    };
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    EXPECT_EQ(WFN_SUCCEEDED, run_.wait().outcome);
    EXPECT_EQ(WFN_INVALID_STATE, second);
    EXPECT_EQ(WFN_INVALID_STATE, module_->run_checkpoint_saved(run_.handle(), 1));
}

// A host hands on what its write has returned.
TEST_F(Checkpoint, AnAnswerThatIsNeitherYesNorNoIsRefusedAndTheCheckpointStillWaits) {
    std::vector<wfn_status> refused;
    run_.on_checkpoint = [&](wfn_run* run, const std::string&) {
        for (const std::int32_t kept : {-1, 2, 256, std::numeric_limits<std::int32_t>::min()})
            refused.push_back(module_->run_checkpoint_saved(run, kept));
        EXPECT_EQ(0U, api_.submits());
        module_->run_checkpoint_saved(run, 0);
    };
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    EXPECT_EQ("checkpoint_not_kept", run_.wait().error_code);
    EXPECT_EQ(std::vector<wfn_status>(4, WFN_INVALID_ARGUMENT), refused);
    EXPECT_EQ(0U, api_.submits());
}

// A file that was cut to nothing may have been that of a paid job.
TEST_F(Checkpoint, AnEmptyOneIsNoneAndComesBack) {
    run_.checkpoint = "";
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    const auto ending = run_.wait();
    EXPECT_EQ("invalid_input", ending.error_code);
    EXPECT_EQ("", ending.checkpoint);
    EXPECT_EQ(0U, api_.submits());
}

TEST_F(Checkpoint, AnAnswerToARunThatAsksForNoneIsRefused) {
    run_.keeps_checkpoints = false;
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    EXPECT_EQ(WFN_INVALID_STATE, module_->run_checkpoint_saved(run_.handle(), 1));
    EXPECT_EQ(WFN_SUCCEEDED, run_.wait().outcome);
}

TEST_F(Checkpoint, AnAnswerThatComesTooLateIsRefused) {
    run_.on_checkpoint = [](wfn_run*, const std::string&) {};
    run_.request.checkpoint_timeout_ms = 1;
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    EXPECT_EQ("checkpoint_not_kept", run_.wait().error_code);
    EXPECT_EQ(WFN_INVALID_STATE, module_->run_checkpoint_saved(run_.handle(), 1));
    EXPECT_EQ(0U, api_.submits());
}

TEST_F(Checkpoint, CancelWhileTheHostStillKeepsIt) {
    run_.on_checkpoint = [](wfn_run*, const std::string&) {};
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    ASSERT_TRUE(run_.wait_for_checkpoints(1));
    ASSERT_EQ(WFN_OK, module_->run_cancel(run_.handle()));
    EXPECT_EQ(WFN_CANCELLED, run_.wait().outcome);
    EXPECT_EQ(0U, api_.submits());
}

TEST_F(Checkpoint, OfAJobLeadsToItsVideoWithoutAnotherSubmit) {
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    run_.wait();
    HostRun again(module_, api_.connection());
    again.checkpoint = run_.checkpoints().at(1);
    ASSERT_EQ(WFN_OK, again.start(session_.get()));
    EXPECT_EQ(JobApi::output_of(1), again.wait().output);
    EXPECT_EQ(1U, api_.submits());
}

TEST_F(Checkpoint, OfAnIntentDoesNotSubmitWhereKeysAreNotHonoured) {
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    run_.wait();
    HostRun again(module_, api_.connection());
    again.checkpoint = run_.checkpoints().at(0);
    ASSERT_EQ(WFN_OK, again.start(session_.get()));
    EXPECT_EQ("submission_unknown", again.wait().error_code);
    EXPECT_EQ(1U, api_.submits());
}

} // namespace
} // namespace boundary_tests
