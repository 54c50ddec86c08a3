#include "display/run_table.hpp"
#include "text/text_layout.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace cli {
namespace {

durable::RunSummary run(const std::string& key, durable::RunState state,
                        std::optional<std::string> job = std::nullopt) {
    durable::RunSummary head;
    head.run_key = key;
    head.state = state;
    head.job_id = std::move(job);
    head.created_ms = 1000;
    return head;
}

TEST(RunTable, HasAColumnForEach) {
    const RunTable table(20, 80, false);
    EXPECT_EQ(table.heading(), "KEY                   STATE        AGE     CHARGED  JOB\n");
    EXPECT_EQ(table.row(run("run-0123456789abcdef", durable::RunState::suspended, "job-1"), 61000),
              "run-0123456789abcdef  suspended    1 min   unknown  job-1\n");
    EXPECT_EQ(table.row(run("k", durable::RunState::failed), 1000),
              "k                     failed       0 s     -        -\n");
}

TEST(RunTable, FitsTheTerminal) {
    const std::string long_key(600, 'k');
    for (const std::size_t columns : {60u, 80u, 120u}) {
        for (const std::size_t longest : {0u, 20u, 50u, 600u}) {
            const RunTable table(longest, columns, true);
            const std::string row =
                table.row(run(long_key, durable::RunState::interrupted, std::string(90, 'j')), 86400000);
            EXPECT_LE(display_width(row.substr(0, row.size() - 1)), columns);
            EXPECT_LE(table.heading().size() - 1, columns);
            EXPECT_EQ(row.find('\n'), row.size() - 1);
        }
    }
}

TEST(RunTable, CountsColumnsNotBytes) {
    const RunTable table(10, 80, true);
    EXPECT_EQ(table.row(run("☕ break", durable::RunState::failed), 1000),
              "☕ break    failed       0 s     -        -\n");
}

TEST(RunTable, AKeyCannotSteerTheTerminal) {
    EXPECT_EQ(RunTable(20, 80, true).row(run("a\033[2J\nb", durable::RunState::failed), 0).find('\033'),
              std::string::npos);
}

TEST(RunTable, SaysWhatIsKnownOfTheCost) {
    EXPECT_EQ(charged_word(run("k", durable::RunState::running)), "-");
    EXPECT_EQ(charged_word(run("k", durable::RunState::interrupted, "j")), "unknown");
    EXPECT_EQ(charged_word(run("k", durable::RunState::succeeded, "j")), "-");
    durable::RunSummary failed = run("k", durable::RunState::failed, "j");
    failed.charged = "no";
    EXPECT_EQ(charged_word(failed), "no");
}

TEST(AgeText, IsShort) {
    EXPECT_EQ(age_text(-5), "0 s");
    EXPECT_EQ(age_text(59999), "59 s");
    EXPECT_EQ(age_text(60000), "1 min");
    EXPECT_EQ(age_text(3600000), "1 h");
    EXPECT_EQ(age_text(172800000), "2 d");
}

TEST(RunLine, IsOneObject) {
    const boost::json::value line =
        boost::json::parse(run_line(run("k\n", durable::RunState::cancelled, "j"), 3000));
    EXPECT_EQ(line.at("run_key"), "k\n");
    EXPECT_EQ(line.at("state"), "cancelled");
    EXPECT_EQ(line.at("age_ms"), 2000);
    EXPECT_EQ(line.at("job_id"), "j");
    EXPECT_TRUE(line.at("charged").is_null());
}

} // namespace
} // namespace cli
