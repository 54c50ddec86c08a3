// fault_harness [--short] [--only ROW] [--seed N]: the built module against a service that fails on purpose.
#include "process_memory.hpp"
#include "report.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace faults {
namespace {

const Row rows[] = {{"submits-with-keys", measure_submits_with_keys},
                    {"submits-listed", measure_submits_listed},
                    {"submits-without-keys", measure_submits_without_keys},
                    {"poll-outages", measure_poll_outages},
                    {"killed-hosts", measure_killed_hosts},
                    {"killed-hosts-with-files", measure_killed_hosts_with_files},
                    {"repeated-runs", measure_repeated_runs},
                    {"hostile-replies", measure_hostile_replies},
                    {"cancels", measure_cancels}};

constexpr const char* help =
    "fault_harness: the built module against a service that fails on purpose, as one table.\n"
    "  --short      smaller counts, about a minute; without it about ten minutes\n"
    "  --only ROW   one row, and again for more\n"
    "  --seed N     the seed of every random choice (default 1)\n"
    "Exit status: 0 every bar is met, 1 one is missed, 2 the arguments are wrong.\n"
    "Rows:";

int complain(const std::string& what) {
    std::cerr << "fault_harness: " << what << "; see --help\n";
    return 2;
}

bool is_row(const std::string& name) {
    for (const auto& row : rows)
        if (name == row.name)
            return true;
    return false;
}

// Hundreds of runs and their server are in one process.
void allow_many_descriptors() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

std::vector<Finding> measure(const Row& row, const Options& options) {
    say(std::string(row.name) + " ...");
    const auto from = std::chrono::steady_clock::now();
    std::vector<Finding> findings;
    try {
        findings = row.measure(options);
    } catch (const std::exception& trouble) {
        findings = {{row.name, std::string("not measured: ") + trouble.what(), "", false}};
    }
    const auto took = std::chrono::steady_clock::now() - from;
    say(std::string(row.name) + ": "
        + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(took).count()) + " s");
    return findings;
}

int run(const std::vector<std::string>& arguments) {
    Options options;
    std::vector<std::string> only;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto& argument = arguments[i];
        const bool has_value = i + 1 < arguments.size();
        if (argument == "--help") {
            std::cout << help;
            for (const auto& row : rows)
                std::cout << ' ' << row.name;
            std::cout << '\n';
            return 0;
        }
        if (argument == "--short") {
            options.is_short = true;
        } else if (argument == "--only" && has_value) {
            only.push_back(arguments[++i]);
            if (!is_row(only.back()))
                return complain("there is no row " + only.back());
        } else if (argument == "--seed" && has_value) {
            const auto& value = arguments[++i];
            const auto* end = value.data() + value.size();
            if (const auto parsed = std::from_chars(value.data(), end, options.seed);
                parsed.ec != std::errc{} || parsed.ptr != end)
                return complain("\"" + value + "\" is not a seed");
        } else {
            return complain("what is " + argument);
        }
    }

    use_one_arena();
    allow_many_descriptors();
    std::vector<Finding> findings;
    bool all_met = true;
    for (const auto& row : rows) {
        if (!only.empty() && std::find(only.begin(), only.end(), row.name) == only.end())
            continue;
        for (auto& finding : measure(row, options)) {
            all_met = all_met && finding.met;
            findings.push_back(std::move(finding));
        }
    }
    print_table(std::cout, findings, options);
    return all_met ? 0 : 1;
}

} // namespace
} // namespace faults

int main(int argc, char** argv) {
    return faults::run({argv + 1, argv + argc});
}
