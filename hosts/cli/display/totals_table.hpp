#pragma once

#include "journal/journal.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace cli {

// The totals in lines of at most `columns`, each with its line end, with a heading and a sum at the end. The
// model is what is truncated where a line is too long.
std::string totals_table(const std::vector<durable::RunTotals>& totals, std::size_t columns, bool utf8);

// One JSON object on one line, with its line end.
std::string totals_line(const durable::RunTotals& totals);

} // namespace cli
