#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace test_support {

// A child process. Its standard output is read here, its standard error goes to a file or is the test's, its
// standard input is empty. The destructor asks it to end, kills it where it does not, and reaps it. For one
// thread.
class ChildProcess {
public:
    // The first argument is the program, looked up in PATH. `environment` holds "NAME=value", on top of
    // the test's own. error_file empty: the test's standard error. Throws std::system_error.
    explicit ChildProcess(const std::vector<std::string>& arguments,
                          const std::vector<std::string>& environment = {},
                          const std::string& error_file = {});
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
    int exit_code = -1; // -1: it did not end in time and was killed
    std::string output;
};
CommandResult run_command(const std::vector<std::string>& arguments, std::chrono::milliseconds timeout);

} // namespace test_support
