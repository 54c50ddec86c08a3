#pragma once

#include "display/download_line.hpp"
#include "display/progress_line.hpp"
#include "options/options.hpp"
#include "posix/terminal.hpp"

#include <workflow_node/host.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace cli {

// What people see of a run or a batch, on stderr: one line that is redrawn in place on a terminal, elsewhere
// a line per phase and per 10 %; and notes, warnings and errors in between. For one thread.
class RunDisplay {
public:
    RunDisplay(const Options& options, const Terminal& terminal);

    void progress(const wfn::Progress& progress);
    void download(const DownloadShown& shown, std::chrono::milliseconds elapsed);
    // Returns a line of at most that many columns; it is redrawn from now on, on a terminal only.
    using LiveLine = std::function<std::string(std::size_t columns)>;
    void live(LiveLine line, bool at_once);
    bool is_live() const noexcept { return terminal_.live && show_progress_; }
    void log(wfn::LogLevel level, const std::string& text);
    // Useful to know; not shown with --quiet.
    void note(const std::string& text);
    void warning(const std::string& text);
    // Always shown; the text has its line ends.
    void error(const std::string& text);
    // Redraws the live line, so that its clock advances.
    void tick();
    // Removes the live line, for good.
    void finish();

private:
    using Clock = std::chrono::steady_clock;

    void draw(bool at_once);
    void erase();
    void print(const std::string& text);

    Terminal terminal_;
    bool show_progress_;
    bool quiet_;
    wfn::LogLevel least_;
    ProgressLog progress_log_;
    DownloadLog download_log_;
    LiveLine live_; // empty: none yet
    std::optional<wfn::Phase> phase_;
    Clock::time_point drawn_at_;
    bool drawn_ = false;
    bool cursor_hidden_ = false;
};

// The control sequence that restores the terminal in the middle of a live line.
extern const char restore_terminal[];

} // namespace cli
