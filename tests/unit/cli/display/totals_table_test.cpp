#include "display/totals_table.hpp"
#include "text/text_layout.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace cli {
namespace {

const std::vector<durable::RunTotals> two_days{{"2026-01-30", "Pixel M", 12, 10, 1, 1},
                                               {"2026-01-31", "Pixel S", 1234567, 1000000, 0, 4}};

TEST(TotalsTable, HasALineForEachAndASum) {
    EXPECT_EQ(totals_table(two_days, 80, false),
              "DAY         MODEL       RUNS  BILLED  UNKNOWN     NOT       -\n"
              "2026-01-30  Pixel M       12      10        1       1       0\n"
              "2026-01-31  Pixel S   1234567  1000000        0       4  234563\n"
              "all                   1234579  1000010        1       5  234563\n");
}

TEST(TotalsTable, FitsTheScreen) {
    std::istringstream table(totals_table({{"2026-01-30", std::string(200, 'm'), 1, 1, 0, 0}}, 80, true));
    for (std::string line; std::getline(table, line);)
        EXPECT_LE(display_width(line), 80u) << line;
}

TEST(TotalsTable, IsALineOfJsonForPrograms) {
    EXPECT_EQ(totals_line({"2026-01-30", "Pixel M", 12, 10, 1, 0}),
              R"({"day":"2026-01-30","model":"Pixel M","runs":12,"charged_yes":10,"charged_unknown":1,)"
              R"("charged_no":0,"nothing_known":1})"
              "\n");
}

} // namespace
} // namespace cli
