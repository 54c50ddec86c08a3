#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace faults {

struct Options {
    bool is_short = false;
    std::uint64_t seed = 1;
};

// One line of the table.
struct Finding {
    std::string test_case;
    std::string measured;
    std::string bar;
    bool met = false;
};

struct Row {
    const char* name;
    std::function<std::vector<Finding>(const Options&)> measure;
};

// The rows, each in the file of its name.
std::vector<Finding> measure_submits_with_keys(const Options& options);
std::vector<Finding> measure_submits_listed(const Options& options);
std::vector<Finding> measure_submits_without_keys(const Options& options);
std::vector<Finding> measure_poll_outages(const Options& options);
std::vector<Finding> measure_killed_hosts(const Options& options);
std::vector<Finding> measure_killed_hosts_with_files(const Options& options);
std::vector<Finding> measure_repeated_runs(const Options& options);
std::vector<Finding> measure_hostile_replies(const Options& options);
std::vector<Finding> measure_cancels(const Options& options);

// At most 100 columns.
void print_table(std::ostream& out, const std::vector<Finding>& findings, const Options& options);

// A line on standard error, for people who wait.
void say(const std::string& line);

// Calls work(0) ... work(count - 1) on so many threads; says how far it is.
void for_each(const std::string& what, std::size_t count, std::size_t threads,
              const std::function<void(std::size_t)>& work);

// Spreads a number over all others; the same for the same two.
std::uint64_t mixed(std::uint64_t seed, std::uint64_t number);

} // namespace faults
