#include "text/error_text.hpp"
#include "text/text_layout.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace cli {
namespace {

wfn::Error timeout_error() {
    wfn::Error error;
    error.code = "processing_timeout";
    error.type = "Processing Timeout";
    error.message = "The video was not ready after 900 s";
    error.cause = "Video generation taking longer than expected";
    error.solution = "Complex animations may require more time; consider simpler prompts or lower resolution";
    error.retryable = true;
    error.retry_after = std::chrono::seconds(30);
    error.charged = wfn::Charge::unknown;
    error.http_status = 504;
    error.request_id = "req-9";
    error.job_id = "job-7";
    error.details_json = R"([{"path":"/image","message":"is missing"},{"path":"","message":"plain"}])";
    return error;
}

TEST(ErrorText, SaysAllThatIsKnownIn80Columns) {
    EXPECT_EQ(error_text(timeout_error(), Terminal{}),
              "Error: Processing Timeout (processing_timeout)\n"
              "  What happened  The video was not ready after 900 s\n"
              "  Details        /image: is missing\n"
              "                 plain\n"
              "  Cause          Video generation taking longer than expected\n"
              "  Solution       Complex animations may require more time; consider simpler\n"
              "                 prompts or lower resolution\n"
              "  Billed         unknown, this run may have been billed\n"
              "  Retry          may succeed, after 30 s\n"
              "  HTTP status    504\n"
              "  Job id         job-7\n"
              "  Request id     req-9\n");
}

TEST(ErrorText, LeavesOutWhatIsNotKnown) {
    wfn::Error error;
    error.type = "Invalid Input";
    error.message = "The input does not match";
    error.charged = wfn::Charge::no;
    EXPECT_EQ(error_text(error, Terminal{}), "Error: Invalid Input\n"
                                             "  What happened  The input does not match\n"
                                             "  Billed         no, this run was not billed\n"
                                             "  Retry          will not help until something is changed\n");
}

TEST(ErrorText, ACancelledRunNeedsNoAdvice) {
    wfn::Error error = timeout_error();
    error.message = "The run was cancelled";
    EXPECT_EQ(cancelled_text(error, Terminal{}), "Cancelled\n"
                                                 "  What happened  The run was cancelled\n"
                                                 "  Billed         unknown, this run may have been billed\n"
                                                 "  HTTP status    504\n"
                                                 "  Job id         job-7\n"
                                                 "  Request id     req-9\n");
}

TEST(ErrorText, FitsNarrowTerminals) {
    Terminal narrow;
    narrow.columns = 40;
    std::istringstream lines(error_text(timeout_error(), narrow));
    std::string line;
    std::getline(lines, line); // the heading, which is not wrapped
    while (std::getline(lines, line))
        EXPECT_LE(display_width(line), 40u) << line;
}

TEST(ErrorText, TheServicesWordsCannotSteerTheTerminal) {
    wfn::Error error = timeout_error();
    error.message = "a\033]0;title\007";
    error.type = "\033[2J";
    error.json = "not JSON";
    EXPECT_EQ(error_text(error, Terminal{}).find('\033'), std::string::npos);
    EXPECT_EQ(message_text("Error", "a\033[2J", Terminal{}), "Error: a [2J\n");
}

TEST(ErrorText, IsRedOnlyWhereColourIsWanted) {
    Terminal colour;
    colour.color = true;
    EXPECT_EQ(error_text(timeout_error(), colour).rfind("\033[1;31mError: Processing Timeout\033[0m", 0), 0u);
    EXPECT_EQ(message_text("Error", "no", colour), "\033[1;31mError:\033[0m no\n");
    EXPECT_EQ(message_text("Warning", "no", colour), "Warning: no\n");
}

} // namespace
} // namespace cli
