#include "run/run_events.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

using namespace std::chrono_literals;

TEST(RunEvents, GivesEventsInOrderOnce) {
    RunEvents events;
    EXPECT_TRUE(events.take(0ms).empty());
    events.push(SignalReceived{2});
    events.push(RunOver{});
    const auto taken = events.take(0ms);
    ASSERT_EQ(taken.size(), 2u);
    EXPECT_TRUE(std::holds_alternative<SignalReceived>(taken[0]));
    EXPECT_TRUE(std::holds_alternative<RunOver>(taken[1]));
    EXPECT_TRUE(events.take(0ms).empty());
}

TEST(RunEvents, AStuckReaderCostsLogLinesButNotTheEnd) {
    RunEvents events;
    for (int i = 0; i < 20000; ++i) {
        events.push(LogLine{wfn::LogLevel::info, "x"});
    }
    events.push(CheckpointTried{});
    events.push(RunOver{});
    const auto taken = events.take(0ms);
    EXPECT_EQ(taken.size(), 10002u);
    EXPECT_TRUE(std::holds_alternative<RunOver>(taken.back()));
}

} // namespace
} // namespace cli
