#pragma once

#include <string>

namespace job_engine {

// Where a text breaks a rule, as a JSON pointer into it, and what is wrong there.
struct Violation {
    std::string path;
    std::string message;

    friend bool operator==(const Violation&, const Violation&) = default;
};

} // namespace job_engine
