// What a host does that it should not, and what must not come of it.
#include "host_run.hpp"
#include "job_api.hpp"
#include "loaded_module.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace boundary_tests {
namespace {

class HostMisuse : public testing::Test {
protected:
    JobApi api_{{.polls_until_done = 1}};
    LoadedModule module_;
    OpenSession session_{module_};
    HostRun run_{module_, api_.connection()};
};

TEST_F(HostMisuse, OnCompleteThatThrowsHasReturned) {
    for (const auto flags : {0U, static_cast<unsigned>(WFN_VALIDATE_ONLY)}) {
        HostRun run(module_, api_.connection());
        run.request.flags = flags;
        run.on_complete = [](wfn_run*, const wfn_result*) { throw std::runtime_error("the host's"); };
        ASSERT_EQ(WFN_OK, run.start(session_.get()));
        EXPECT_EQ(WFN_SUCCEEDED, run.wait().outcome);
        EXPECT_EQ(1, run.completions());
    }
    EXPECT_EQ(WFN_OK, session_.close());
}

TEST_F(HostMisuse, OnCheckpointThatThrowsIsAnsweredByItsTimeOut) {
    run_.keeps_checkpoints = true;
    run_.request.checkpoint_timeout_ms = 100;
    run_.on_checkpoint = [](wfn_run*, const std::string&) { throw std::runtime_error("the host's"); };
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    EXPECT_EQ("checkpoint_not_kept", run_.wait().error_code);
    EXPECT_EQ(0U, api_.submits());
}

TEST_F(HostMisuse, AHandleReleasedEarlyIsValidInCallbacks) {
    run_.keeps_checkpoints = true;
    run_.on_checkpoint = [&](wfn_run* run, const std::string&) {
        module_->run_release(run);
        EXPECT_EQ(WFN_OK, module_->run_checkpoint_saved(run, 1));
    };
    wfn_run* completed = nullptr;
    run_.on_complete = [&](wfn_run* run, const wfn_result* result) {
        EXPECT_EQ(result, module_->run_result(run));
        completed = run;
    };
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    run_.forget_handle();
    EXPECT_EQ(JobApi::output_of(1), run_.wait().output);
    EXPECT_EQ(WFN_OK, session_.close());
    EXPECT_EQ(WFN_INVALID_HANDLE, module_->run_cancel(completed));
}

TEST_F(HostMisuse, ExecuteAndCloseDuringCloseAreTheWrongTime) {
    std::promise<void> inside;
    std::promise<void> go_on;
    run_.on_complete = [&](wfn_run*, const wfn_result*) {
        inside.set_value();
        go_on.get_future().wait();
    };
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    inside.get_future().wait();
    auto closing = std::async(std::launch::async, [&] { return session_.close(); });
    std::vector<std::unique_ptr<HostRun>> before; // the other thread had begun to close
    wfn_status start = WFN_OK;
    while (start == WFN_OK) {
        before.push_back(std::make_unique<HostRun>(module_, api_.connection()));
        before.back()->request.flags = WFN_VALIDATE_ONLY;
        start = before.back()->start(session_.get());
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    const auto close = module_->close(session_.get());
    go_on.set_value();
    EXPECT_EQ(WFN_INVALID_STATE, start);
    EXPECT_EQ(WFN_INVALID_STATE, close);
    EXPECT_EQ(WFN_OK, closing.get());
    EXPECT_EQ(WFN_INVALID_HANDLE, module_->close(session_.get()));
}

TEST_F(HostMisuse, AForkedChildIsAnsweredAtOnce) {
    ASSERT_EQ(WFN_OK, run_.start(session_.get()));
    run_.wait();
    const auto child = ::fork();
    if (child == 0) {
        ::alarm(10);
        HostRun run(module_, api_.connection());
        const bool refused = run.start(session_.get()) == WFN_INVALID_HANDLE
                             && module_->run_wait(run_.handle(), -1) == WFN_INVALID_HANDLE
                             && module_->close(session_.get()) == WFN_INVALID_HANDLE;
        ::_exit(refused ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(child, ::waitpid(child, &status, 0));
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    HostRun after(module_, api_.connection());
    ASSERT_EQ(WFN_OK, after.start(session_.get()));
    EXPECT_EQ(WFN_SUCCEEDED, after.wait().outcome);
}

} // namespace
} // namespace boundary_tests
