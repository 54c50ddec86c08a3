#include "batch/batch_progress.hpp"

#include "display/progress_line.hpp"
#include "text/duration.hpp"
#include "text/text_layout.hpp"

#include <cmath>

namespace cli {

using std::chrono::milliseconds;

std::optional<milliseconds> time_left(const BatchCounts& counts, milliseconds elapsed) {
    constexpr double min_share = 0.01;
    if (!counts.fraction || *counts.fraction < min_share || counts.over() == 0)
        return std::nullopt;
    const double left = static_cast<double>(elapsed.count()) * (1 - *counts.fraction) / *counts.fraction;
    return milliseconds(std::llround(left));
}

std::string batch_progress_line(const BatchCounts& counts, milliseconds elapsed, std::size_t columns,
                                bool utf8) {
    const std::string bar = progress_bar(counts.fraction, elapsed, utf8) + "  ";
    std::string share;
    if (counts.fraction) {
        const std::string number = std::to_string(static_cast<int>(std::floor(*counts.fraction * 100)));
        share = std::string(3 - number.size(), ' ') + number + "%  ";
    }
    std::string numbers = std::to_string(counts.succeeded) + " done";
    if (counts.failed > 0)
        numbers += ", " + std::to_string(counts.failed) + " failed";
    numbers += ", " + std::to_string(counts.running) + " running";
    if (counts.downloading > 0)
        numbers += ", " + std::to_string(counts.downloading) + " downloading";
    const std::string passed = "  " + clock_text(elapsed);
    const auto left = time_left(counts, elapsed);
    const std::string rest = left ? "  " + clock_text(*left) + " left" : "";

    // The fullest that fits is used.
    const std::string choices[] = {bar + share + numbers + passed + rest, bar + share + numbers + rest,
                                   share + numbers + rest, share + numbers};
    for (const std::string& line : choices)
        if (display_width(line) <= columns)
            return line;
    return truncate(share + numbers, columns, utf8);
}

namespace {

std::string billed_text(const BatchCounts& counts) {
    if (counts.charged + counts.maybe_charged == 0)
        return "";
    std::string text = " Billed: " + std::to_string(counts.charged);
    if (counts.charged > 0 && counts.spent.is_known())
        text += ", about " + price_text(counts.spent) + " by the node's list";
    if (counts.maybe_charged > 0)
        text += "; perhaps " + std::to_string(counts.maybe_charged) + " more";
    return text + ".";
}

} // namespace

std::string batch_summary(const BatchCounts& counts) {
    std::string text = std::to_string(counts.over()) + (counts.over() == 1 ? " run: " : " runs: ")
                       + std::to_string(counts.succeeded) + " succeeded";
    if (counts.failed > 0)
        text += ", " + std::to_string(counts.failed) + " failed";
    if (counts.suspended > 0)
        text += ", " + std::to_string(counts.suspended) + " suspended";
    if (counts.files_missing > 0)
        text += ", " + std::to_string(counts.files_missing)
                + (counts.files_missing == 1 ? " file not kept" : " files not kept");
    return text + "." + billed_text(counts);
}

} // namespace cli
