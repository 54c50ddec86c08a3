// What a host may and may not do inside a callback.
#include "host_run.hpp"
#include "job_api.hpp"
#include "loaded_module.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <vector>

namespace boundary_tests {
namespace {

class CallbackRules : public testing::Test {
protected:
    JobApi api_;
    LoadedModule module_;
    OpenSession session_{module_};
    HostRun run_{module_, api_.connection()};
};

TEST_F(CallbackRules, HostFunctionsInsideOnCompleteAreRefused) {
    wfn_status wait = -1;
    wfn_status close = -1;
    run_.on_complete = [&](wfn_run* run, const wfn_result*) {
        wait = module_->run_wait(run, -1);
        close = module_->close(session_.get());
    };
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    EXPECT_EQ(WFN_SUCCEEDED, run_.wait().outcome);
    EXPECT_EQ(WFN_WRONG_THREAD, wait);
    EXPECT_EQ(WFN_WRONG_THREAD, close);
    EXPECT_EQ(WFN_OK, session_.close());
}

TEST_F(CallbackRules, HostFunctionsInsideOnCheckpointAreRefused) {
    wfn_status wait = -1;
    wfn_status close = -1;
    run_.keeps_checkpoints = true;
    run_.on_checkpoint = [&](wfn_run* run, const std::string&) {
        wait = module_->run_wait(run, 0);
        close = module_->close(session_.get());
        module_->run_checkpoint_saved(run, 1);
    };
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    EXPECT_EQ(WFN_SUCCEEDED, run_.wait().outcome);
    EXPECT_EQ(WFN_WRONG_THREAD, wait);
    EXPECT_EQ(WFN_WRONG_THREAD, close);
}

TEST_F(CallbackRules, AnotherSessionCannotBeClosedInsideACallback) {
    OpenSession other(module_);
    wfn_status close = -1;
    run_.on_complete = [&](wfn_run*, const wfn_result*) { close = module_->close(other.get()); };
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    run_.wait();
    EXPECT_EQ(WFN_WRONG_THREAD, close);
    EXPECT_EQ(WFN_OK, other.close());
}

TEST_F(CallbackRules, ReleaseInsideOnComplete) {
    wfn_status release = -1;
    std::string output;
    run_.on_complete = [&](wfn_run* run, const wfn_result* result) {
        release = module_->run_release(run);
        output = result->output_json; // valid during on_complete all the same
    };
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    auto* const handle = run_.handle();
    run_.forget_handle();
    run_.wait();
    EXPECT_EQ(WFN_OK, release);
    EXPECT_EQ(JobApi::output_of(1), output);
    ASSERT_EQ(WFN_OK, session_.close());
    EXPECT_EQ(WFN_INVALID_HANDLE, module_->run_release(handle));
    EXPECT_EQ(1, run_.completions());
}

TEST_F(CallbackRules, EveryAnyFunctionInsideOnComplete) {
    std::vector<wfn_status> statuses;
    const wfn_result* same = nullptr;
    run_.on_complete = [&](wfn_run* run, const wfn_result* result) {
        statuses = {module_->run_cancel(run), module_->run_suspend(run),
                    module_->run_checkpoint_saved(run, 1)};
        same = module_->run_result(run) == result ? result : nullptr;
    };
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    EXPECT_EQ(WFN_SUCCEEDED, run_.wait().outcome);
    EXPECT_EQ((std::vector<wfn_status>{WFN_OK, WFN_OK, WFN_INVALID_STATE}), statuses);
    EXPECT_NE(nullptr, same);
    EXPECT_EQ(1, run_.completions());
}

TEST_F(CallbackRules, ExecuteInsideOnComplete) {
    HostRun second(module_, api_.connection());
    std::atomic<wfn_status> started = -1;
    run_.on_complete = [&](wfn_run*, const wfn_result*) { started = second.start(session_.get()); };
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    run_.wait();
    ASSERT_EQ(WFN_OK, started);
    EXPECT_EQ(JobApi::output_of(2), second.wait().output);
    EXPECT_EQ(1, second.completions());
}

TEST_F(CallbackRules, OpenInsideOnComplete) {
    wfn_session* opened = nullptr;
    run_.on_complete = [&](wfn_run*, const wfn_result*) { module_->open(nullptr, nullptr, &opened); };
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    run_.wait();
    ASSERT_NE(nullptr, opened);
    EXPECT_EQ(WFN_OK, module_->close(opened));
}

TEST_F(CallbackRules, AHostWithoutCallbacksWaits) {
    const auto input = valid_input();
    const auto connection = api_.connection();
    wfn_request request{};
    request.struct_size = sizeof request;
    request.input_json = input.c_str();
    request.connection_json = connection.c_str();
    wfn_run* run = nullptr;
    ASSERT_EQ(WFN_OK, module_.node().execute(&module_.node(), session_.get(), &request, &run));
    ASSERT_EQ(WFN_OK, module_->run_wait(run, -1));
    EXPECT_EQ(JobApi::output_of(1), module_->run_result(run)->output_json);
    EXPECT_EQ(WFN_OK, module_->run_release(run));
}

TEST(Threads, ManyRunsOnSeveralThreadsCompleteOnceEach) {
    JobApi api;
    const LoadedModule module;
    OpenSession session(module, R"({"threads": 4})");
    std::vector<std::unique_ptr<HostRun>> runs;
    for (int i = 0; i < 200; ++i) {
        runs.push_back(std::make_unique<HostRun>(module, api.connection()));
        runs.back()->keeps_checkpoints = i % 2 == 0;
        ASSERT_EQ(WFN_OK, runs.back()->start(session.get()));
    }
    for (auto& run : runs)
        EXPECT_EQ(WFN_SUCCEEDED, run->wait().outcome);
    ASSERT_EQ(WFN_OK, session.close());
    for (auto& run : runs) {
        EXPECT_EQ(1, run->completions());
        EXPECT_EQ(0, run->misplaced_callbacks());
    }
    EXPECT_EQ(200U, api.submits());
}

} // namespace
} // namespace boundary_tests
