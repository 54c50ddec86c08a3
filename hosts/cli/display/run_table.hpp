#pragma once

#include "journal/journal.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace cli {

// "7 s", "12 min", "3 h", "45 d": how long ago something was, rounded down.
std::string age_text(std::int64_t age_ms);

// Whether the run was charged: what was reported; "unknown" while a job may exist; otherwise "-".
std::string charged_word(const durable::RunSummary& run);

// A table of runs in lines of at most `columns`, each with its line end: key, state, age, charged, job. The
// key column is as wide as `max_key`, within limits; wider keys are truncated.
class RunTable {
public:
    RunTable(std::size_t max_key, std::size_t columns, bool utf8);

    std::string heading() const;
    std::string row(const durable::RunSummary& run, std::int64_t now_ms) const;

private:
    std::string line(const std::string& key, const std::string& state, const std::string& age,
                     const std::string& charged, const std::string& job) const;

    std::size_t key_columns_;
    std::size_t columns_;
    bool utf8_;
};

// One JSON object on one line, with its line end.
std::string run_line(const durable::RunSummary& run, std::int64_t now_ms);

} // namespace cli
