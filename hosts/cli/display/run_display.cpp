#include "display/run_display.hpp"

#include "posix/files.hpp"
#include "text/error_text.hpp"
#include "text/text_layout.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace cli {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds between_drawings{100};
const char erase_line[] = "\r\033[K";
const char hide_cursor[] = "\033[?25l";
const char show_cursor[] = "\033[?25h";

// Nothing can be done if stderr is gone.
void write_error_output(const std::string& text) {
    static_cast<void>(write_all(STDERR_FILENO, text));
}

wfn::LogLevel min_level(const Options& options) {
    if (options.quiet)
        return wfn::LogLevel::error;
    switch (options.verbose) {
    case 0:
        return wfn::LogLevel::warning;
    case 1:
        return wfn::LogLevel::info;
    default:
        return wfn::LogLevel::debug;
    }
}

const char* level_name(wfn::LogLevel level) {
    switch (level) {
    case wfn::LogLevel::trace:
        return "trace";
    case wfn::LogLevel::debug:
        return "debug";
    case wfn::LogLevel::info:
        return "info";
    case wfn::LogLevel::warning:
        return "warning";
    case wfn::LogLevel::error:
        break;
    }
    return "error";
}

} // namespace

const char restore_terminal[] = "\r\033[K\033[?25h";

RunDisplay::RunDisplay(const Options& options, const Terminal& terminal)
    : terminal_(terminal), show_progress_(!options.quiet && !options.json), quiet_(options.quiet),
      least_(min_level(options)) {}

void RunDisplay::progress(const wfn::Progress& progress) {
    if (!show_progress_)
        return;
    if (!terminal_.live) {
        if (const auto line = progress_log_.line(progress))
            print(*line + "\n");
        return;
    }
    const bool new_phase = phase_ != progress.phase;
    phase_ = progress.phase;
    live(
        [progress, came_at = Clock::now(), utf8 = terminal_.utf8](std::size_t columns) {
            wfn::Progress shown = progress;
            const auto since = std::chrono::duration_cast<milliseconds>(Clock::now() - came_at);
            if (shown.eta)
                shown.eta = std::max(*shown.eta - since, milliseconds(0));
            return progress_line(shown, shown.elapsed + since, columns, utf8);
        },
        new_phase);
}

void RunDisplay::download(const DownloadShown& shown, milliseconds elapsed) {
    if (!show_progress_)
        return;
    if (!terminal_.live) {
        if (const auto line = download_log_.line(shown))
            print(*line + "\n");
        return;
    }
    live([shown, elapsed, utf8 = terminal_.utf8](
             std::size_t columns) { return download_line(shown, elapsed, columns, utf8); },
         false);
}

void RunDisplay::live(LiveLine line, bool at_once) {
    if (is_live()) {
        live_ = std::move(line);
        draw(at_once);
    }
}

void RunDisplay::log(wfn::LogLevel level, const std::string& text) {
    if (level >= least_)
        print(std::string(level_name(level)) + ": " + printable(text) + "\n");
}

void RunDisplay::note(const std::string& text) {
    if (!quiet_)
        print(wrap("", text, terminal_.columns));
}

void RunDisplay::warning(const std::string& text) {
    if (!quiet_)
        print(message_text("Warning", text, terminal_));
}

void RunDisplay::error(const std::string& text) {
    print(text);
}

void RunDisplay::tick() {
    if (live_)
        draw(false);
}

void RunDisplay::finish() {
    erase();
    live_ = nullptr;
    if (cursor_hidden_) {
        write_error_output(show_cursor);
        cursor_hidden_ = false;
    }
}

void RunDisplay::draw(bool at_once) {
    const auto now = Clock::now();
    if (drawn_ && !at_once && now - drawn_at_ < between_drawings)
        return;
    // The last column stays free: some terminals wrap the line when it is written to.
    const std::size_t columns = terminal_columns(STDERR_FILENO) - 1;
    write_error_output((cursor_hidden_ ? "" : hide_cursor) + (erase_line + live_(columns)));
    cursor_hidden_ = true;
    drawn_ = true;
    drawn_at_ = now;
}

void RunDisplay::erase() {
    if (drawn_) {
        write_error_output(erase_line);
        drawn_ = false;
    }
}

void RunDisplay::print(const std::string& text) {
    erase();
    write_error_output(text);
    if (live_)
        draw(true);
}

} // namespace cli
