// Suspend, resume, cancel and close.
#include "host_run.hpp"
#include "job_api.hpp"
#include "loaded_module.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace boundary_tests {
namespace {

using namespace std::chrono_literals;

class EarlyEnd : public testing::Test {
protected:
    void expect_suspended_then_collected(HostRun& run, JobApi& api) {
        const auto suspended = run.wait();
        ASSERT_EQ(WFN_SUSPENDED, suspended.outcome) << suspended.error_json;
        ASSERT_TRUE(suspended.checkpoint);
        EXPECT_GE(suspended.resume_after_ms, 0);
        EXPECT_FALSE(suspended.output);
        EXPECT_EQ("", suspended.error_code);
        EXPECT_EQ(0U, api.cancels());

        OpenSession later(module_);
        HostRun resumed(module_, api.connection());
        resumed.checkpoint = suspended.checkpoint;
        ASSERT_EQ(WFN_OK, resumed.start(later.get()));
        EXPECT_EQ(JobApi::output_of(1), resumed.wait().output);
        EXPECT_EQ(1U, api.submits());
    }

    LoadedModule module_;
    OpenSession session_{module_};
};

TEST_F(EarlyEnd, SuspendWhenSubmittedAndResume) {
    for (const bool keeps_checkpoints : {true, false}) {
        JobApi api({.polls_until_done = 1});
        HostRun run(module_, api.connection());
        run.keeps_checkpoints = keeps_checkpoints;
        run.request.suspend = WFN_SUSPEND_WHEN_SUBMITTED;
        ASSERT_EQ(WFN_OK, run.start(session_.get()));
        expect_suspended_then_collected(run, api);
    }
}

TEST_F(EarlyEnd, SuspendAfterATimeAndResume) {
    JobApi api({.polls_until_done = 2});
    HostRun run(module_, api.connection());
    run.request.suspend = WFN_SUSPEND_AFTER;
    run.request.suspend_after_ms = 1;
    ASSERT_EQ(WFN_OK, run.start(session_.get()));
    expect_suspended_then_collected(run, api);
}

TEST_F(EarlyEnd, AResumedRunCanBeSuspendedAgain) {
    JobApi api({.polls_until_done = 3});
    std::optional<std::string> checkpoint;
    for (int round = 0; round < 3; ++round) {
        HostRun run(module_, api.connection());
        run.checkpoint = checkpoint;
        run.request.suspend = WFN_SUSPEND_WHEN_SUBMITTED;
        ASSERT_EQ(WFN_OK, run.start(session_.get()));
        const auto ending = run.wait();
        ASSERT_EQ(WFN_SUSPENDED, ending.outcome) << round << ' ' << ending.error_json;
        checkpoint = ending.checkpoint;
    }
    EXPECT_EQ(1U, api.submits());
}

TEST_F(EarlyEnd, SuspendByTheHostAndResume) {
    JobApi api({.polls_until_done = 1});
    HostRun run(module_, api.connection());
    run.keeps_checkpoints = true;
    run.on_checkpoint = [this, count = 0](wfn_run* handle, const std::string&) mutable {
        if (++count == 2) // the job is known
            module_->run_suspend(handle);
        module_->run_checkpoint_saved(handle, 1);
    };
    ASSERT_EQ(WFN_OK, run.start(session_.get()));
    expect_suspended_then_collected(run, api);
}

TEST_F(EarlyEnd, CloseSuspendsLiveRunsAndKeepsTheirCheckpoints) {
    JobApi api({.polls_until_done = JobScript::never});
    std::vector<std::unique_ptr<HostRun>> runs;
    for (int i = 0; i < 20; ++i) {
        runs.push_back(std::make_unique<HostRun>(module_, api.connection()));
        runs.back()->keeps_checkpoints = true;
        ASSERT_EQ(WFN_OK, runs.back()->start(session_.get()));
    }
    for (auto& run : runs)
        ASSERT_TRUE(run->wait_for_checkpoints(2));
    ASSERT_EQ(WFN_OK, session_.close());
    for (auto& run : runs) {
        EXPECT_EQ(1, run->completions()); // before close returned
        const auto ending = run->wait();
        EXPECT_EQ(WFN_SUSPENDED, ending.outcome) << ending.error_json;
        EXPECT_TRUE(ending.checkpoint);
    }
    EXPECT_EQ(20U, api.submits());
    EXPECT_EQ(0U, api.cancels());
}

TEST_F(EarlyEnd, CloseEndsRunsThatWereJustStarted) {
    JobApi api({.polls_until_done = JobScript::never});
    std::vector<std::unique_ptr<HostRun>> runs;
    for (int i = 0; i < 50; ++i) {
        runs.push_back(std::make_unique<HostRun>(module_, api.connection()));
        ASSERT_EQ(WFN_OK, runs.back()->start(session_.get()));
    }
    ASSERT_EQ(WFN_OK, session_.close());
    for (auto& run : runs) {
        EXPECT_EQ(1, run->completions());
        EXPECT_EQ(WFN_SUSPENDED, run->wait().outcome) << run->wait().error_json;
    }
}

TEST_F(EarlyEnd, NoRunStartsWhileTheSessionCloses) {
    JobApi api({.polls_until_done = JobScript::never});
    HostRun last(module_, api.connection());
    HostRun refused(module_, api.connection());
    wfn_status status = -1;
    last.on_complete = [&](wfn_run*, const wfn_result*) { status = refused.start(session_.get()); };
    ASSERT_EQ(WFN_OK, last.start(session_.get()));
    ASSERT_TRUE(api.server().wait_for_requests(1, 60s));
    ASSERT_EQ(WFN_OK, session_.close());
    EXPECT_TRUE(status == WFN_INVALID_STATE || status == WFN_INVALID_HANDLE) << status;
    EXPECT_EQ(0, refused.completions());
}

TEST_F(EarlyEnd, CancelRightAfterExecuteIsNotLost) {
    JobApi api({.polls_until_done = JobScript::never});
    for (int i = 0; i < 100; ++i) {
        HostRun run(module_, api.connection());
        ASSERT_EQ(WFN_OK, run.start(session_.get()));
        ASSERT_EQ(WFN_OK, module_->run_cancel(run.handle()));
        ASSERT_EQ(WFN_OK, module_->run_cancel(run.handle()));
        EXPECT_EQ(WFN_CANCELLED, run.wait().outcome);
        EXPECT_EQ("cancelled", run.wait().error_code);
        EXPECT_EQ(1, run.completions());
    }
}

TEST_F(EarlyEnd, CancelStopsTheJob) {
    JobApi api({.polls_until_done = JobScript::never});
    HostRun run(module_, api.connection());
    run.keeps_checkpoints = true;
    ASSERT_EQ(WFN_OK, run.start(session_.get()));
    ASSERT_TRUE(run.wait_for_checkpoints(2));
    ASSERT_EQ(WFN_OK, module_->run_cancel(run.handle()));
    EXPECT_EQ(WFN_CANCELLED, run.wait().outcome);
    EXPECT_EQ(1U, api.cancels());
}

TEST_F(EarlyEnd, CancelAtAnyMomentCompletesOnce) {
    JobApi api;
    OpenSession threads(module_, R"({"threads": 2})");
    std::mt19937 random(7);
    int cancelled = 0;
    for (int i = 0; i < 200; ++i) {
        HostRun run(module_, api.connection());
        run.keeps_checkpoints = true;
        ASSERT_EQ(WFN_OK, run.start(threads.get()));
        // Busy rather than asleep: the moment is to fall between any two steps of the run.
        const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(random() % 1500);
        while (std::chrono::steady_clock::now() < until)
            std::this_thread::yield();
        ASSERT_EQ(WFN_OK, module_->run_cancel(run.handle()));
        const auto ending = run.wait();
        EXPECT_TRUE(ending.outcome == WFN_CANCELLED || ending.outcome == WFN_SUCCEEDED) << ending.error_json;
        cancelled += ending.outcome == WFN_CANCELLED ? 1 : 0;
        EXPECT_EQ(1, run.completions());
        EXPECT_EQ(0, run.misplaced_callbacks());
    }
    RecordProperty("cancelled", cancelled);
}

TEST_F(EarlyEnd, CancelFromManyThreadsAtOnce) {
    JobApi api({.polls_until_done = JobScript::never});
    HostRun run(module_, api.connection());
    ASSERT_EQ(WFN_OK, run.start(session_.get()));
    std::vector<std::thread> threads;
    threads.reserve(8);
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 50; ++n) {
                module_->run_cancel(run.handle());
                module_->run_suspend(run.handle());
                module_->run_wait(run.handle(), 1);
                module_->run_result(run.handle());
            }
        });
    const auto ending = run.wait();
    for (auto& thread : threads)
        thread.join();
    EXPECT_TRUE(ending.outcome == WFN_CANCELLED || ending.outcome == WFN_SUSPENDED);
    EXPECT_EQ(1, run.completions());
}

TEST_F(EarlyEnd, DeadlineLeavesACheckpoint) {
    JobApi api({.polls_until_done = JobScript::never});
    HostRun run(module_, api.connection());
    run.request.timeout_ms = 1'500;
    ASSERT_EQ(WFN_OK, run.start(session_.get()));
    const auto ending = run.wait();
    EXPECT_EQ("processing_timeout", ending.error_code);
    EXPECT_TRUE(ending.checkpoint);
    EXPECT_EQ(0U, api.cancels());
}

} // namespace
} // namespace boundary_tests
