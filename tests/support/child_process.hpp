#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace test_support {

struct ChildOptions {
    std::vector<std::string> environment = {}; // "NAME=value", on top of the test's own
    std::string error_file = {};               // of its standard error; empty: the test's
    std::string input = {};                    // its standard input; at most 64 KiB, what a pipe takes
};

// A child process whose standard output is read here. The destructor asks it to end, kills it where it does
// not, and reaps it. For one thread.
class ChildProcess {
public:
    // The first argument is the program, looked up in PATH. Throws std::system_error.
    explicit ChildProcess(const std::vector<std::string>& arguments, const ChildOptions& options = {});
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess();

    pid_t id() const { return id_; }

    // The next line of its output without the line end; nullopt: none in time, or no more.
    std::optional<std::string> read_line(std::chrono::milliseconds timeout);
    // The rest of its output; what has come in time.
    std::string read_all(std::chrono::milliseconds timeout);

    void send_signal(int signal) const; // nothing when it has ended

    // The exit code, 128 + the signal that ended it; nullopt: it still runs.
    std::optional<int> wait(std::chrono::milliseconds timeout);

private:
    bool read_some(std::chrono::steady_clock::time_point until);

    pid_t id_ = -1;
    int output_ = -1;
    std::string unread_;
    std::optional<int> exit_code_;
};

struct CommandResult {
    int exit_code = -1; // 128 + the signal that ended it; -1: it did not end in time and was killed
    std::string output;
};
CommandResult run_command(const std::vector<std::string>& arguments, std::chrono::milliseconds timeout,
                          const ChildOptions& options = {});

// Standard output of a program that must succeed within a minute. Throws std::runtime_error.
std::string output_of(const std::vector<std::string>& arguments);

} // namespace test_support
