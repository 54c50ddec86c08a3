#include "options/exit_code.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace cli {
namespace {

wfn::Result ended(wfn::Outcome outcome, bool retryable = false) {
    wfn::Result result;
    result.outcome = outcome;
    if (outcome == wfn::Outcome::failed || outcome == wfn::Outcome::cancelled)
        result.error.emplace().retryable = retryable;
    return result;
}

TEST(ExitCode, SaysHowTheRunEnded) {
    EXPECT_EQ(exit_code(ended(wfn::Outcome::succeeded), 0), 0);
    EXPECT_EQ(exit_code(ended(wfn::Outcome::failed, false), 0), 1);
    EXPECT_EQ(exit_code(ended(wfn::Outcome::failed, true), 0), 3);
    EXPECT_EQ(exit_code(ended(wfn::Outcome::suspended), 0), 4);
    EXPECT_EQ(exit_code(ended(wfn::Outcome::cancelled), SIGINT), 130);
    EXPECT_EQ(exit_code(ended(wfn::Outcome::cancelled), SIGTERM), 143);
    EXPECT_EQ(exit_code(ended(wfn::Outcome::cancelled), 0), 1);
}

TEST(ExitCode, AResultThatCameBeforeTheCancelCounts) {
    EXPECT_EQ(exit_code(ended(wfn::Outcome::succeeded), SIGINT), 0);
}

} // namespace
} // namespace cli
