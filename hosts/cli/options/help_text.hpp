#pragma once

namespace cli {

// What --help says below the options, in lines of at most 80 columns.
extern const char connection_help[];
extern const char run_help[];
extern const char trace_help[];
extern const char validate_help[];
extern const char image_help[];
extern const char file_help[];
extern const char directory_help[];
extern const char journal_help[];
extern const char runs_help[];
extern const char collect_help[];
extern const char batch_help[];
extern const char check_help[];
extern const char module_help[];

} // namespace cli
