#pragma once

#include <string>

namespace job_engine {

// Where a text breaks a rule, as a JSON pointer into it, and what is wrong there.
struct Violation {
    std::string path;
    std::string message;

    friend bool operator==(const Violation&, const Violation&) = default;
};

// As a part of a sentence: "base_url must not be empty".
inline std::string clause_of(const Violation& violation) {
    return (violation.path.empty() ? "it" : violation.path.substr(1)) + " " + violation.message;
}

} // namespace job_engine
