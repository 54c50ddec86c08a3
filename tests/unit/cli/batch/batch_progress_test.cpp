#include "batch/batch_progress.hpp"
#include "text/text_layout.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

using namespace std::chrono_literals;

BatchCounts counts(std::optional<double> fraction) {
    BatchCounts counts;
    counts.succeeded = 48;
    counts.failed = 2;
    counts.running = 4;
    counts.fraction = fraction;
    return counts;
}

TEST(BatchProgress, ShowsAllWhereThereIsRoom) {
    EXPECT_EQ(batch_progress_line(counts(0.25), 20s, 79, false),
              "[#####---------------]   25%  48 done, 2 failed, 4 running  0:20  1:00 left");
    EXPECT_EQ(batch_progress_line(counts(std::nullopt), 0s, 79, false),
              "[###-----------------]  48 done, 2 failed, 4 running  0:00");
}

TEST(BatchProgress, LeavesOutWhatDoesNotFit) {
    EXPECT_EQ(batch_progress_line(counts(0.25), 20s, 45, false),
              " 25%  48 done, 2 failed, 4 running  1:00 left");
    EXPECT_EQ(batch_progress_line(counts(0.25), 20s, 35, false), " 25%  48 done, 2 failed, 4 running");
    for (const bool utf8 : {false, true})
        for (std::size_t columns = 0; columns < 120; ++columns)
            EXPECT_LE(display_width(batch_progress_line(counts(0.5), 4000s, columns, utf8)), columns);
}

TEST(BatchProgress, GuessesTheRestWhenThereIsSomethingToGoBy) {
    EXPECT_EQ(time_left(counts(0.5), 10s), 10s);
    EXPECT_EQ(time_left(counts(1.0), 10s), 0s);
    EXPECT_FALSE(time_left(counts(0.001), 10s));
    EXPECT_FALSE(time_left(counts(std::nullopt), 10s));
    BatchCounts none;
    none.fraction = 0.5;
    EXPECT_FALSE(time_left(none, 10s));
}

TEST(BatchProgress, SumsUp) {
    EXPECT_EQ(batch_summary(counts(0.5)), "50 runs: 48 succeeded, 2 failed.");
    BatchCounts one;
    one.suspended = 1;
    EXPECT_EQ(batch_summary(one), "1 run: 0 succeeded, 1 suspended.");
}

TEST(BatchProgress, SaysWhatWasBilled) {
    BatchCounts counts;
    counts.succeeded = 3;
    counts.charged = 3;
    EXPECT_EQ(batch_summary(counts), "3 runs: 3 succeeded. Billed: 3.");
    counts.spent = {12.0, 0.3};
    counts.suspended = 1;
    counts.maybe_charged = 1;
    EXPECT_EQ(batch_summary(counts),
              "4 runs: 3 succeeded, 1 suspended. Billed: 3, about 12 credits ($0.30) by the node's list; "
              "perhaps 1 more.");
}

} // namespace
} // namespace cli
