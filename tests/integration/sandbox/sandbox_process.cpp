#include "sandbox_process.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace sandbox_test {
namespace {

namespace fs = std::filesystem;
using test_support::ChildProcess;
using test_support::TestDirectory;

constexpr std::chrono::minutes patience{1};
const std::string authorization = "Authorization: Bearer test-key";

// Its standard error goes to a file: nobody has to read it while the program runs.
ChildProcess start(std::vector<std::string> arguments, std::vector<std::string> environment,
                   const TestDirectory& directory) {
    arguments.insert(arguments.begin(), SANDBOX_PROGRAM);
    environment.push_back("TMPDIR=" + directory.path().string());
    return ChildProcess(arguments, environment, directory.path() / "log");
}

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

Ended end_of(ChildProcess& process, const TestDirectory& directory) {
    Ended ended;
    ended.output = process.read_all(patience);
    ended.exit_code = process.wait(patience).value_or(-1);
    ended.errors = read_file(directory.path() / "log");
    return ended;
}

std::vector<std::string> with_free_port(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--port", "0"});
    return arguments;
}

} // namespace

SandboxProcess::SandboxProcess(const std::vector<std::string>& arguments,
                               const std::vector<std::string>& environment)
    : process_(start(with_free_port(arguments), environment, directory_)),
      url_(process_.read_line(patience).value_or("")) {
    if (!url_.starts_with("http")) {
        throw std::runtime_error("pixelml-sandbox did not start: " + log());
    }
}

std::string SandboxProcess::log() const {
    return read_file(directory_.path() / "log");
}

Ended SandboxProcess::stop(int signal) {
    process_.send_signal(signal);
    return end_of(process_, directory_);
}

Answer SandboxProcess::submit(const std::string& body, const std::vector<std::string>& headers) const {
    Call request{
        "POST", url_ + "/v1/image-to-video", {authorization, "Content-Type: application/json"}, body, {}};
    request.headers.insert(request.headers.end(), headers.begin(), headers.end());
    return call(request);
}

Answer SandboxProcess::poll(const std::string& id) const {
    return get("/v1/jobs/" + id);
}

Answer SandboxProcess::cancel(const std::string& id) const {
    return call({"DELETE", url_ + "/v1/jobs/" + id, {authorization}, {}, {}});
}

Answer SandboxProcess::get(const std::string& path) const {
    return call({"GET", url_ + path, {authorization}, {}, {}});
}

Answer SandboxProcess::put_faults(const std::string& rules) const {
    return call({"PUT", url_ + "/sandbox/faults", {"Content-Type: application/json"}, rules, {}});
}

std::uint64_t SandboxProcess::statistic(const std::string& name) const {
    return get("/sandbox/statistics").json().at(name).to_number<std::uint64_t>();
}

boost::json::value SandboxProcess::finish(const std::string& id) const {
    for (;;) {
        const Answer answer =
            call({"GET", url_ + "/v1/jobs/" + id, {authorization, "Prefer: wait=60"}, {}, {}});
        boost::json::value job = answer.json();
        const auto& status = job.at("status").as_string();
        if (status != "queued" && status != "running") {
            return job;
        }
    }
}

boost::json::value SandboxProcess::run(const std::string& body) const {
    return finish(id_of(submit(body)));
}

void SandboxProcess::wait_until_rendering(const std::string& id) const {
    const bool rendering = eventually([&] { return poll(id).json().at("progress").to_number<double>() > 0; });
    if (!rendering) {
        throw std::runtime_error("the job does not get on: " + log());
    }
}

std::vector<std::string> SandboxProcess::files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(directory_.path())) {
        if (entry.is_regular_file() && entry.path().filename() != "log") {
            names.push_back(entry.path().filename());
        }
    }
    return names;
}

Ended run_sandbox(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
    const TestDirectory directory;
    ChildProcess process = start(arguments, environment, directory);
    return end_of(process, directory);
}

std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> children;
    std::error_code error;
    for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos) {
            continue;
        }
        // "pid (name) state ppid ...": the name may hold anything, so search from its end.
        const std::string stat = read_file(entry->path() / "stat");
        std::istringstream rest(stat.substr(std::min(stat.size(), stat.rfind(')') + 1)));
        char state = 0;
        pid_t ppid = 0;
        if (rest >> state >> ppid && ppid == parent) {
            children.push_back(std::stoi(name));
        }
    }
    return children;
}

std::string submit_body(const std::string& image, const std::string& prompt, const std::string& size) {
    return boost::json::serialize(boost::json::object{{"model", "Pixel M"},
                                                      {"prompt", prompt},
                                                      {"image", image},
                                                      {"negative_prompt", nullptr},
                                                      {"size", size},
                                                      {"prompt_optimizer", true}});
}

std::string pixel_s_body(const std::string& image, const std::string& prompt) {
    return boost::json::serialize(boost::json::object{
        {"model", "Pixel S"}, {"prompt", prompt}, {"image", image}, {"negative_prompt", "static"}});
}

std::string id_of(const Answer& answer) {
    return std::string(answer.json().at("id").as_string());
}

} // namespace sandbox_test
