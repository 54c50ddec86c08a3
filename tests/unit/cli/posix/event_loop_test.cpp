#include "posix/event_loop.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace cli {
namespace {

using namespace std::chrono_literals;

TEST(EventLoop, CallsHandlersInOrderOnce) {
    EventLoop loop;
    EXPECT_FALSE(loop.run_one(0ms));
    std::vector<int> called;
    loop.post([&] { called.push_back(1); });
    loop.post_losable([&] { called.push_back(2); });
    EXPECT_TRUE(called.empty());
    while (loop.run_one(0ms)) {
    }
    EXPECT_EQ(called, (std::vector<int>{1, 2}));
}

TEST(EventLoop, OutputThatIsStuckCostsLogLinesButNotTheEnd) {
    EventLoop loop;
    int lines = 0;
    bool over = false;
    for (int i = 0; i < 20000; ++i)
        loop.post_losable([&] { ++lines; });
    loop.post([&] { over = true; });
    while (loop.run_one(0ms)) {
    }
    EXPECT_EQ(lines, 10000);
    EXPECT_TRUE(over);
    loop.post_losable([&] { ++lines; }); // there is room again
    EXPECT_TRUE(loop.run_one(0ms));
    EXPECT_EQ(lines, 10001);
}

} // namespace
} // namespace cli
