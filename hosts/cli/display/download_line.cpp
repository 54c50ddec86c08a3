#include "display/download_line.hpp"

#include "display/progress_line.hpp"
#include "text/duration.hpp"
#include "text/size.hpp"
#include "text/text_layout.hpp"

#include <algorithm>
#include <cmath>

namespace cli {

namespace {

int whole_percent(const DownloadShown& shown) {
    return static_cast<int>(std::floor(shown.fraction().value_or(0) * 100));
}

} // namespace

std::optional<double> DownloadShown::fraction() const {
    if (!total || *total == 0)
        return std::nullopt;
    return std::min(1.0, static_cast<double>(bytes) / static_cast<double>(*total));
}

std::string download_line(const DownloadShown& shown, std::chrono::milliseconds elapsed, std::size_t columns,
                          bool utf8) {
    const std::string bar = progress_bar(shown.fraction(), elapsed, utf8) + " ";
    std::string share;
    if (shown.fraction()) {
        const std::string number = std::to_string(whole_percent(shown));
        share = std::string(3 - number.size(), ' ') + number + "%  ";
    }
    const std::string passed = clock_text(elapsed) + "  ";
    const std::string amount =
        size_text(shown.bytes) + (shown.total ? " of " + size_text(*shown.total) : "") + "  ";
    const std::string name = printable(shown.name);
    const std::string choices[] = {bar + share + passed + amount, share + passed + amount, share + amount,
                                   share};
    for (const std::string& parts : choices) {
        constexpr std::size_t least_name = 12;
        const std::size_t used = display_width(parts);
        if (used + std::min(least_name, display_width(name)) <= columns)
            return parts + truncate(name, columns - used, utf8);
    }
    return truncate(share + name, columns, utf8);
}

std::optional<std::string> DownloadLog::line(const DownloadShown& shown) {
    const int tenth = whole_percent(shown) / 10;
    if (tenth <= tenth_ || tenth == 10)
        return std::nullopt;
    tenth_ = tenth;
    const std::string facts =
        shown.total ? " (" + std::to_string(whole_percent(shown)) + "% of " + size_text(*shown.total) + ")"
                    : "";
    return "downloading: " + printable(shown.name) + facts;
}

} // namespace cli
