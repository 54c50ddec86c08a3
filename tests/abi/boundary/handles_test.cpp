// Handles that were given up, belong to the other kind or were never given are recognised.
#include "host_run.hpp"
#include "job_api.hpp"
#include "loaded_module.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>

namespace boundary_tests {
namespace {

// NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast,performance-no-int-to-ptr): handles of no kind
wfn_run* as_run(const void* any) {
    return reinterpret_cast<wfn_run*>(const_cast<void*>(any));
}
wfn_session* as_session(const void* any) {
    return reinterpret_cast<wfn_session*>(const_cast<void*>(any));
}
const void* as_pointer(std::uint64_t number) {
    return reinterpret_cast<const void*>(static_cast<std::uintptr_t>(number));
}
// NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast,performance-no-int-to-ptr)

class Handles : public testing::Test {
protected:
    void expect_no_run(const void* handle) {
        auto* const run = as_run(handle);
        EXPECT_EQ(WFN_INVALID_HANDLE, module_->run_cancel(run)) << handle;
        EXPECT_EQ(WFN_INVALID_HANDLE, module_->run_suspend(run)) << handle;
        EXPECT_EQ(WFN_INVALID_HANDLE, module_->run_checkpoint_saved(run, 1)) << handle;
        EXPECT_EQ(WFN_INVALID_HANDLE, module_->run_wait(run, 0)) << handle;
        EXPECT_EQ(nullptr, module_->run_result(run)) << handle;
        EXPECT_EQ(WFN_INVALID_HANDLE, module_->run_release(run)) << handle;
    }
    void expect_no_session(const void* handle) {
        HostRun run(module_, api_.connection());
        EXPECT_EQ(WFN_INVALID_HANDLE, run.start(as_session(handle))) << handle;
        EXPECT_EQ(nullptr, run.handle());
        EXPECT_EQ(WFN_INVALID_HANDLE, module_->close(as_session(handle))) << handle;
        EXPECT_EQ(0, run.completions());
    }

    JobApi api_;
    LoadedModule module_;
    OpenSession session_{module_};
};

TEST_F(Handles, Null) {
    expect_no_run(nullptr);
    expect_no_session(nullptr);
}

TEST_F(Handles, Garbage) {
    HostRun run(module_, api_.connection());
    ASSERT_EQ(WFN_OK, run.start(session_.get()));
    run.wait();
    std::mt19937_64 random(20260101);
    for (int i = 0; i < 1'000; ++i) {
        // Whole words, small numbers, and neighbours of the valid ones.
        const auto number = random();
        const auto valid =
            reinterpret_cast<std::uintptr_t>(i % 2 == 0 ? static_cast<void*>(run.handle()) // NOLINT
                                                        : session_.get());
        for (const auto candidate : {number, number % 64, valid ^ (std::uint64_t{1} << (number % 64))}) {
            expect_no_run(as_pointer(candidate));
            if (HasFailure())
                return;
            EXPECT_EQ(WFN_INVALID_HANDLE, module_->close(as_session(as_pointer(candidate)))) << candidate;
        }
    }
    EXPECT_NE(nullptr, module_->run_result(run.handle()));
}

TEST_F(Handles, AddressesOfMemory) {
    const int local = 0;
    expect_no_run(&local);
    expect_no_run(module_.operator->());
    expect_no_session(&local);
}

TEST_F(Handles, RunAfterItsRelease) {
    HostRun run(module_, api_.connection());
    ASSERT_EQ(WFN_OK, run.start(session_.get()));
    run.wait();
    auto* const released = run.handle();
    ASSERT_EQ(WFN_OK, module_->run_release(released));
    run.forget_handle();
    expect_no_run(released); // among others a second release

    HostRun next(module_, api_.connection()); // may take the place of the first
    ASSERT_EQ(WFN_OK, next.start(session_.get()));
    next.wait();
    EXPECT_NE(released, next.handle());
    expect_no_run(released);
}

TEST_F(Handles, SessionAfterItsClose) {
    auto* const closed = session_.get();
    ASSERT_EQ(WFN_OK, session_.close());
    expect_no_session(closed);

    const OpenSession next(module_);
    EXPECT_NE(closed, next.get());
    expect_no_session(closed);
}

TEST_F(Handles, OneKindAsTheOther) {
    HostRun run(module_, api_.connection());
    ASSERT_EQ(WFN_OK, run.start(session_.get()));
    run.wait();
    expect_no_run(session_.get());
    expect_no_session(run.handle());
}

TEST_F(Handles, ResultOutlivesTheSessionUntilTheRelease) {
    HostRun run(module_, api_.connection());
    ASSERT_EQ(WFN_OK, run.start(session_.get()));
    run.wait();
    ASSERT_EQ(WFN_OK, session_.close());
    ASSERT_NE(nullptr, module_->run_result(run.handle()));
    EXPECT_EQ(JobApi::output_of(1), module_->run_result(run.handle())->output_json);
    EXPECT_EQ(WFN_OK, module_->run_wait(run.handle(), 0));
    EXPECT_EQ(WFN_OK, module_->run_cancel(run.handle()));
    EXPECT_EQ(WFN_OK, module_->run_suspend(run.handle()));
    EXPECT_EQ(WFN_INVALID_STATE, module_->run_checkpoint_saved(run.handle(), 1));
}

TEST_F(Handles, RunReleasedAtOnceStillCompletes) {
    HostRun run(module_, api_.connection());
    ASSERT_EQ(WFN_OK, run.start(session_.get()));
    auto* const released = run.handle();
    run.forget_handle();
    ASSERT_EQ(WFN_OK, module_->run_release(released));
    EXPECT_EQ(JobApi::output_of(1), run.wait().output);
    ASSERT_EQ(WFN_OK, session_.close());
    EXPECT_EQ(1, run.completions());
}

TEST_F(Handles, NoResultBeforeTheEnd) {
    HostRun run(module_, api_.connection());
    run.keeps_checkpoints = true;
    run.on_checkpoint = [](wfn_run*, const std::string&) {}; // holds the run where it is
    ASSERT_EQ(WFN_OK, run.start(session_.get()));
    ASSERT_TRUE(run.wait_for_checkpoints(1));
    EXPECT_EQ(nullptr, module_->run_result(run.handle()));
    EXPECT_EQ(WFN_TIMED_OUT, module_->run_wait(run.handle(), 0));
    EXPECT_EQ(WFN_TIMED_OUT, module_->run_wait(run.handle(), 1));
}

} // namespace
} // namespace boundary_tests
