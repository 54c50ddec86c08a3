#pragma once

#include "journal/journal.hpp"
#include "posix/line_reader.hpp"

#include <workflow_node/host.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace cli {

// What one line of a batch requests.
struct BatchLine {
    std::optional<std::string> run_key; // as the line says
    std::string input;                  // a JSON object
    std::string problem;                // why the line cannot be run; empty if it can
};

// Whether the line contains only whitespace.
bool is_blank(std::string_view text);

// An input, or {"run_key": "...", "input": {...}}: an object with exactly these two members is read as the
// second form.
BatchLine read_batch_line(const TextLine& line);

// What is printed for a run of a batch: one JSON object on one line, with its line end. line 0: there is
// none. files: JSON, beside the output; empty: none were to be kept.
std::string result_line(std::int64_t line, const std::string& run_key, const wfn::Result& result,
                        const std::string& files = "");

// The same for a line that could not be run, or whose run never ended. charged: a word of to_string(Charge).
std::string problem_line(std::int64_t line, const std::string& run_key, const char* code,
                         const std::string& message, const char* charged = "no");

} // namespace cli
