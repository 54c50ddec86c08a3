#include "display/progress_line.hpp"
#include "text/text_layout.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

using namespace std::chrono_literals;

wfn::Progress running(std::optional<double> fraction, std::string message = "Rendering the video") {
    wfn::Progress progress;
    progress.phase = wfn::Phase::running;
    progress.fraction = fraction;
    progress.eta = 65s;
    progress.message = std::move(message);
    return progress;
}

TEST(ProgressLine, ShowsAllWhereThereIsRoom) {
    EXPECT_EQ(progress_line(running(0.25), 21s, 79, true),
              "█████░░░░░░░░░░░░░░░  25%  0:21  1:05 left  Rendering the video");
    EXPECT_EQ(progress_line(running(0.25), 21s, 79, false),
              "[#####---------------]  25%  0:21  1:05 left  Rendering the video");
    EXPECT_EQ(progress_line(running(1.0), 21s, 79, true).substr(61),
              "100%  0:21  1:05 left  Rendering the video");
}

TEST(ProgressLine, LeavesOutWhatDoesNotFit) {
    EXPECT_EQ(progress_line(running(0.25), 21s, 34, false), " 25%  1:05 left  Rendering the ...");
    EXPECT_EQ(progress_line(running(0.25), 21s, 20, false), " 25%  Rendering t...");
    EXPECT_EQ(progress_line(running(0.25), 21s, 5, false), " 2...");
    EXPECT_EQ(progress_line(running(0.25, "☕☕☕☕☕☕☕☕☕☕"), 21s, 20, true), " 25%  ☕☕☕☕☕☕…"); // two columns each
}

TEST(ProgressLine, NeverIsWiderThanAllowed) {
    for (const bool utf8 : {false, true}) {
        for (std::size_t columns = 0; columns <= 140; ++columns)
            for (const auto& progress :
                 {running(0.5, "日本語のとても長いメッセージ、まだまだ続く、もっと続く"),
                  running(std::nullopt, "x"), running(0.07, "")})
                EXPECT_LE(display_width(progress_line(progress, 4000s, columns, utf8)), columns);
    }
}

TEST(ProgressLine, AnUnknownShareIsAMarkThatWanders) {
    const std::string early = progress_line(running(std::nullopt), 0s, 79, false);
    const std::string later = progress_line(running(std::nullopt), 1s, 79, false);
    EXPECT_EQ(early.substr(0, 22), "[###-----------------]");
    EXPECT_EQ(later.substr(0, 22), "[-----###------------]");
    EXPECT_EQ(early.find('%'), std::string::npos);
}

TEST(ProgressLine, AMessageCannotSteerTheTerminal) {
    EXPECT_EQ(progress_line(running(0.5, "a\033[2Jb"), 1s, 79, true).find('\033'), std::string::npos);
}

TEST(ProgressLog, TellsPhasesAndTenths) {
    ProgressLog log;
    EXPECT_EQ(log.line(running(0.0)), "running: Rendering the video (0%, 65 s left)");
    EXPECT_FALSE(log.line(running(0.0999)));
    EXPECT_TRUE(log.line(running(0.1)));
    EXPECT_FALSE(log.line(running(0.19)));
    EXPECT_FALSE(log.line(running(0.05))); // back again is no news
    EXPECT_TRUE(log.line(running(0.95)));
    wfn::Progress retrying = running(std::nullopt, "");
    retrying.phase = wfn::Phase::retrying;
    retrying.eta.reset();
    EXPECT_EQ(log.line(retrying), "retrying: retrying");
    EXPECT_FALSE(log.line(retrying));
}

} // namespace
} // namespace cli
