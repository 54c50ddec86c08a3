#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace cli::check {

struct Finding {
    std::string test;
    std::string outcome; // "passed", "failed", "skipped"
    std::string seen;    // skipped: why
    std::string advice;  // failed: what the module's author can do
};

// Ends the test that has begun. expect() and skip() throw them.
struct Failed {
    std::string seen;
    std::string advice;
};
struct Skipped {
    std::string why;
};

inline void expect(bool holds, const std::string& seen, const std::string& advice) {
    if (!holds)
        throw Failed{seen, advice};
}
[[noreturn]] inline void skip(const std::string& why) {
    throw Skipped{why};
}

// What a process that makes tests tells the one that started it: a line of JSON at once for each, so that it
// is known how far a module came that ended the process.
class Report {
public:
    explicit Report(int fd) : fd_(fd) {}

    void begin(const std::string& test);
    // What is done next with the module, as the end of "while ..."; named if the process ends there.
    void step(const std::string& what);
    void pass(const std::string& seen);
    void fail(const std::string& seen, const std::string& advice);
    void skip(const std::string& why);
    // How long a run takes, for the tests that come later.
    void usual_time(std::chrono::milliseconds time);
    // Nothing can be tested: the exit code, and why.
    void refuse(int exit_code, const std::string& message);

private:
    void finish(const char* outcome, const std::string& seen, const std::string& advice);

    int fd_;
    std::string test_;
};

// What the starting process understood of those lines.
struct Heard {
    std::vector<Finding> findings;
    std::string unfinished; // the test that had begun and did not end; empty: none
    std::string step;
    std::chrono::milliseconds usual{-1};
    int refused = 0; // an exit code
    std::string refusal;
};
Heard understand(const std::string& lines);

} // namespace cli::check
