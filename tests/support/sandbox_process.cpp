#include "sandbox_process.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace test_support {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes grace_period{1};
constexpr const char* log_name = "log";

ChildProcess start(std::vector<std::string> options, std::vector<std::string> environment,
                   const TestDirectory& directory) {
    options.insert(options.begin(), PIXELML_SANDBOX_PROGRAM);
    environment.push_back("TMPDIR=" + directory.path().string());
    return ChildProcess(options, {.environment = environment, .error_file = directory.path() / log_name});
}

std::string read_log(const TestDirectory& directory) {
    std::ifstream file(directory.path() / log_name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

SandboxEnd end_of(ChildProcess& process, const TestDirectory& directory) {
    SandboxEnd end;
    end.output = process.read_all(grace_period);
    end.exit_code = process.wait(grace_period).value_or(-1);
    end.errors = read_log(directory);
    return end;
}

std::vector<std::string> with_defaults(std::vector<std::string> options) {
    options.insert(options.begin(), {"--port", "0"});
    if (std::find(options.begin(), options.end(), "--render-timeout") == options.end())
        options.insert(options.end(), {"--render-timeout", "220"});
    return options;
}

} // namespace

SandboxProcess::SandboxProcess(const std::vector<std::string>& options,
                               const std::vector<std::string>& environment)
    : process_(start(with_defaults(options), environment, directory_)),
      base_url_(process_.read_line(grace_period).value_or("")) {
    if (!base_url_.starts_with("http"))
        throw std::runtime_error("pixelml-sandbox did not start: " + log());
}

std::string SandboxProcess::log() const {
    return read_log(directory_);
}

std::vector<std::string> SandboxProcess::files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(directory_.path()))
        if (entry.is_regular_file() && entry.path().filename() != log_name)
            names.push_back(entry.path().filename());
    return names;
}

SandboxEnd SandboxProcess::stop(int signal) {
    process_.send_signal(signal);
    return end_of(process_, directory_);
}

SandboxEnd run_sandbox(const std::vector<std::string>& options, const std::vector<std::string>& environment) {
    const TestDirectory directory;
    auto process = start(options, environment, directory);
    return end_of(process, directory);
}

} // namespace test_support
