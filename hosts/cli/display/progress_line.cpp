#include "display/progress_line.hpp"

#include "text/duration.hpp"
#include "text/text_layout.hpp"

#include <cmath>

namespace cli {

using std::chrono::milliseconds;

namespace {

constexpr std::size_t bar_columns = 20;
constexpr std::size_t min_message = 12;

std::string repeated(const char* text, std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i)
        all += text;
    return all;
}

int percent(double fraction) {
    return static_cast<int>(std::floor(fraction * 100));
}

// What to show of the report: its message, or else its phase.
std::string label(const wfn::Progress& progress) {
    return progress.message.empty() ? wfn::to_string(progress.phase) : printable(progress.message);
}

} // namespace

std::string progress_bar(std::optional<double> fraction, milliseconds elapsed, bool utf8) {
    const char* const full = utf8 ? "█" : "#";
    const char* const empty = utf8 ? "░" : "-";
    std::size_t before = 0;
    std::size_t filled = 0;
    if (fraction) {
        filled = static_cast<std::size_t>(std::floor(*fraction * bar_columns));
    } else {
        filled = 3;
        before = static_cast<std::size_t>(elapsed.count() / 200) % (bar_columns - filled + 1);
    }
    const std::string inner =
        repeated(empty, before) + repeated(full, filled) + repeated(empty, bar_columns - before - filled);
    return utf8 ? inner : "[" + inner + "]";
}

std::string progress_line(const wfn::Progress& progress, milliseconds elapsed, std::size_t columns,
                          bool utf8) {
    const std::string drawn = progress_bar(progress.fraction, elapsed, utf8) + " ";
    std::string share;
    if (progress.fraction) {
        const std::string number = std::to_string(percent(*progress.fraction));
        share = std::string(3 - number.size(), ' ') + number + "%  ";
    }
    const std::string passed = clock_text(elapsed) + "  ";
    const std::string left = progress.eta ? clock_text(*progress.eta) + " left  " : "";
    const std::string message = label(progress);

    // The first choice of parts that leaves enough room for the message, the fullest first.
    const std::string choices[] = {drawn + share + passed + left, share + passed + left, share + left, share};
    for (const std::string& parts : choices) {
        const std::size_t used = display_width(parts);
        if (used + std::min(min_message, display_width(message)) <= columns)
            return parts + truncate(message, columns - used, utf8);
    }
    return truncate(share + message, columns, utf8);
}

std::optional<std::string> ProgressLog::line(const wfn::Progress& progress) {
    const int tenth = progress.fraction ? percent(*progress.fraction) / 10 : 0;
    const bool new_phase = phase_ != progress.phase;
    if (!new_phase && tenth <= tenth_)
        return std::nullopt;
    phase_ = progress.phase;
    tenth_ = tenth;
    std::string line = std::string(wfn::to_string(progress.phase)) + ": " + label(progress);
    std::string facts;
    if (progress.fraction)
        facts += std::to_string(percent(*progress.fraction)) + "%";
    if (progress.eta)
        facts += (facts.empty() ? "" : ", ") + spoken_duration(*progress.eta) + " left";
    return facts.empty() ? line : line + " (" + facts + ")";
}

} // namespace cli
