#pragma once

#include "child_process.hpp"
#include "test_directory.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace test_support {

struct SandboxEnd {
    int exit_code = -1; // 128 + the signal that ended it; -1: it had to be killed after a minute
    std::string output; // what had not been read before
    std::string errors;
};

// A pixelml-sandbox on a free port, with a TMPDIR of its own. It is ended and its directory removed with
// this object. For one thread.
class SandboxProcess {
public:
    // A render may take 220 s, for machines that are busy, unless the options say otherwise. Throws
    // std::runtime_error where it does not start.
    explicit SandboxProcess(const std::vector<std::string>& options = {},
                            const std::vector<std::string>& environment = {});

    const std::string& base_url() const { return base_url_; }
    pid_t id() const { return process_.id(); }
    const std::filesystem::path& temporary_directory() const { return directory_.path(); }
    std::string log() const; // its standard error so far

    // Names of the files in the temporary directory and below.
    std::vector<std::string> files() const;

    SandboxEnd stop(int signal);

private:
    TestDirectory directory_;
    ChildProcess process_;
    std::string base_url_;
};

// Runs the program until it ends by itself.
SandboxEnd run_sandbox(const std::vector<std::string>& options,
                       const std::vector<std::string>& environment = {});

} // namespace test_support
