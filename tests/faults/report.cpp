#include "report.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <iomanip>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

namespace faults {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array<std::size_t, 4> widths{20, 43, 22, 6}; // 100 with three " | "
constexpr auto min_pause_between_words = std::chrono::seconds(10);

std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
    std::vector<std::string> lines;
    std::string_view rest = text;
    while (rest.size() > width) {
        auto end = rest.rfind(' ', width);
        if (end == std::string_view::npos || end == 0)
            end = width;
        lines.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(rest.size(), end + (rest[end] == ' ' ? 1 : 0)));
    }
    lines.emplace_back(rest);
    return lines;
}

void print_row(std::ostream& out, const std::array<std::string, 4>& cells) {
    std::array<std::vector<std::string>, 4> columns;
    std::size_t height = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        columns[i] = wrapped(cells[i], widths[i]);
        height = std::max(height, columns[i].size());
    }
    for (std::size_t line = 0; line < height; ++line) {
        for (std::size_t i = 0; i < cells.size(); ++i)
            out << (i > 0 ? " | " : "") << std::left << std::setw(static_cast<int>(widths[i]))
                << (line < columns[i].size() ? columns[i][line] : "");
        out << '\n';
    }
}

void print_rule(std::ostream& out) {
    for (std::size_t i = 0; i < widths.size(); ++i)
        out << (i > 0 ? "-+-" : "") << std::string(widths[i], '-');
    out << '\n';
}

} // namespace

void print_table(std::ostream& out, const std::vector<Finding>& findings, const Options& options) {
    print_row(out, {"case", "measured", "bar", ""});
    for (const auto& finding : findings) {
        print_rule(out);
        print_row(out, {finding.test_case, finding.measured, finding.bar, finding.met ? "met" : "MISSED"});
    }
    const auto missed =
        std::count_if(findings.begin(), findings.end(), [](const auto& finding) { return !finding.met; });
    print_rule(out);
    out << "seed " << options.seed << (options.is_short ? ", short form" : ", full form") << ": "
        << findings.size() - static_cast<std::size_t>(missed) << " met, " << missed << " missed\n";
}

void say(const std::string& line) {
    std::fprintf(stderr, "%s\n", line.c_str());
}

void for_each(const std::string& what, std::size_t count, std::size_t threads,
              const std::function<void(std::size_t)>& work) {
    std::atomic<std::size_t> next = 0;
    std::atomic<std::size_t> done = 0;
    std::mutex mutex; // of said_at
    auto said_at = Clock::now();
    std::vector<std::thread> workers;
    for (std::size_t t = 0; t < std::min(threads, count); ++t)
        workers.emplace_back([&] {
            for (auto i = next++; i < count; i = next++) {
                work(i);
                ++done;
                const std::lock_guard lock(mutex);
                if (Clock::now() - said_at >= min_pause_between_words) {
                    said_at = Clock::now();
                    say(what + ": " + std::to_string(done) + " of " + std::to_string(count));
                }
            }
        });
    for (auto& worker : workers)
        worker.join();
}

std::uint64_t mixed(std::uint64_t seed, std::uint64_t number) {
    auto z = seed * 0x9e3779b97f4a7c15U + number;
    for (int round = 0; round < 2; ++round) {
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        z ^= z >> 31U;
    }
    return z;
}

} // namespace faults
