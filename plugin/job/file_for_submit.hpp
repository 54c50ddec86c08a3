#pragma once

#include "api/error.hpp"
#include "job/file_turns.hpp"
#include "job/kept_file.hpp"

#include <memory>
#include <string>
#include <variant>

namespace job_engine {

// A file of the host as the API gets it.
struct FileForSubmit {
    std::string text; // in the place of the input: its URL, or the file itself
    KeptFile kept;
    std::unique_ptr<FileTurn> turn{}; // of a file that is in the text
};
using FileOutcome = std::variant<FileForSubmit, Error>;

} // namespace job_engine
