#pragma once

#include "http_call.hpp"
#include "sandbox_process.hpp"

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace sandbox_test {

using test_support::run_sandbox;
using test_support::SandboxEnd;

// A pixelml-sandbox, and its HTTP API as a client uses it.
class SandboxApi : public test_support::SandboxProcess {
public:
    using SandboxProcess::SandboxProcess;

    // With "Authorization: Bearer test-key".
    Answer submit(const std::string& body, const std::vector<std::string>& headers = {}) const;
    Answer poll(const std::string& id) const;
    Answer cancel(const std::string& id) const;
    Answer get(const std::string& path) const;
    Answer put_faults(const std::string& rules) const;
    std::uint64_t statistic(const std::string& name) const;

    // The job's JSON once it has ended; a missing member throws, which fails the test.
    boost::json::value finish(const std::string& id) const;
    boost::json::value run(const std::string& body) const;

    // Waits until the job has rendered its first frames.
    void wait_until_rendering(const std::string& id) const;
};

// Process ids of the children of a process.
std::vector<pid_t> children_of(pid_t parent);

// Calls `condition` until it holds; false after a minute.
template <typename Condition>
bool eventually(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return true;
}

std::string submit_body(const std::string& image, const std::string& prompt = "Slowly zoom in please",
                        const std::string& size = "Square HD (1:1)");
std::string pixel_s_body(const std::string& image, const std::string& prompt = "Slowly zoom in please");

std::string id_of(const Answer& answer);

} // namespace sandbox_test
