#pragma once

#include <string>

namespace cli {

// Why a file could not be kept: a code for programs, and the end of a sentence for people.
struct FileProblem {
    std::string code;
    std::string reason;
};

} // namespace cli
