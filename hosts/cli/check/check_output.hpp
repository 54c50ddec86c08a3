#pragma once

#include "check/report.hpp"

#include <string>

namespace cli::check {

std::string table_heading();
// The test, its outcome and what was seen, and what to do on lines below, in 80 columns.
std::string table_row(const Finding& finding);

struct Counts {
    int passed = 0;
    int failed = 0;
    int skipped = 0;

    void add(const Finding& finding);
};
std::string table_end(const Counts& counts);

// The same as JSON lines, with "event": "test", and at last "result".
std::string test_event(const Finding& finding);
std::string end_event(const Counts& counts);

} // namespace cli::check
