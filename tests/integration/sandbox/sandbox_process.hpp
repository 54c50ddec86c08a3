#pragma once

#include "child_process.hpp"
#include "http_call.hpp"
#include "test_directory.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace sandbox_test {

struct Ended {
    int exit_code = -1; // 128 + the signal that ended it; -1: it had to be killed after a minute
    std::string output;
    std::string errors;
};

// A pixelml-sandbox on a free port, with a TMPDIR of its own. It is ended and its directory removed with
// this object.
class SandboxProcess {
public:
    explicit SandboxProcess(const std::vector<std::string>& arguments = {},
                            const std::vector<std::string>& environment = {});

    const std::string& url() const { return url_; }
    pid_t pid() const { return process_.id(); }
    const std::filesystem::path& temporary_directory() const { return directory_.path(); }
    std::string log() const;

    Ended stop(int signal);

    // With "Authorization: Bearer test-key".
    Answer submit(const std::string& body, const std::vector<std::string>& headers = {}) const;
    Answer poll(const std::string& id) const;
    Answer cancel(const std::string& id) const;
    Answer get(const std::string& path) const;
    Answer put_faults(const std::string& rules) const;
    std::uint64_t statistic(const std::string& name) const;

    // The job's JSON once it has ended; its members' absence fails the test by an exception.
    boost::json::value finish(const std::string& id) const;
    boost::json::value run(const std::string& body) const;

    // Waits until the job has rendered its first frames.
    void wait_until_rendering(const std::string& id) const;

    // Names of the files in the temporary directory and below.
    std::vector<std::string> files() const;

private:
    test_support::TestDirectory directory_;
    test_support::ChildProcess process_;
    std::string url_;
};

// Runs the program until it ends by itself.
Ended run_sandbox(const std::vector<std::string>& arguments,
                  const std::vector<std::string>& environment = {});

// Process ids of the children of a process.
std::vector<pid_t> children_of(pid_t parent);

// Calls `condition` until it holds; false after a minute.
template <typename Condition>
bool eventually(Condition condition);

std::string submit_body(const std::string& image, const std::string& prompt = "Slowly zoom in please",
                        const std::string& size = "Square HD (1:1)");
std::string pixel_s_body(const std::string& image, const std::string& prompt = "Slowly zoom in please");

std::string id_of(const Answer& answer);

} // namespace sandbox_test

#include <chrono>
#include <thread>

template <typename Condition>
bool sandbox_test::eventually(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return true;
}
