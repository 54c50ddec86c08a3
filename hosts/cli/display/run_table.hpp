#pragma once

#include "journal/journal.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace cli {

// "7 s", "12 min", "3 h", "45 d": how long something was ago, rounded down.
std::string age_text(std::int64_t age_ms);

// The word on what the run has cost: what was said; unknown while a job may exist; - otherwise.
std::string charged_word(const durable::RunHead& run);

// A table of runs in lines of at most `columns`, each with its line end: key, state, age, charged, job. The
// key's column is as wide as `max_key`, within limits; what is wider is cut.
class RunTable {
public:
    RunTable(std::size_t max_key, std::size_t columns, bool utf8);

    std::string heading() const;
    std::string row(const durable::RunHead& run, std::int64_t now_ms) const;

private:
    std::string line(const std::string& key, const std::string& state, const std::string& age,
                     const std::string& charged, const std::string& job) const;

    std::size_t key_columns_;
    std::size_t columns_;
    bool utf8_;
};

// One JSON object in one line, with its line end.
std::string run_line(const durable::RunHead& run, std::int64_t now_ms);

} // namespace cli
