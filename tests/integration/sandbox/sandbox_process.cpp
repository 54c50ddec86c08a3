#include "sandbox_process.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

// Not declared by a header in strict mode.
extern char** environ; // NOLINT(readability-redundant-declaration): some libcs do declare it

namespace sandbox_test {
namespace {

namespace fs = std::filesystem;

const std::string authorization = "Authorization: Bearer test-key";

fs::path make_directory() {
    std::string pattern = (fs::temp_directory_path() / "sandbox-test-XXXXXX").string();
    if (!mkdtemp(pattern.data())) {
        throw std::runtime_error("no temporary directory");
    }
    return pattern;
}

// Standard error goes to a file: nobody has to read it while the program runs.
pid_t start(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
            const fs::path& directory, int output) {
    std::vector<std::string> words{SANDBOX_PROGRAM};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<std::string> variables{"TMPDIR=" + directory.string()};
    variables.insert(variables.end(), environment.begin(), environment.end());
    for (char** variable = environ; *variable; ++variable) {
        const std::string_view text(*variable);
        if (!text.starts_with("TMPDIR=") && !text.starts_with("PIXELML_SANDBOX_API_KEY=")) {
            variables.emplace_back(text);
        }
    }
    const auto pointers = [](std::vector<std::string>& strings) {
        std::vector<char*> result;
        result.reserve(strings.size() + 1);
        for (std::string& string : strings) {
            result.push_back(string.data());
        }
        result.push_back(nullptr);
        return result;
    };
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, (directory / "log").c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t pid = -1;
    const int error = posix_spawn(&pid, SANDBOX_PROGRAM, &actions, nullptr, pointers(words).data(),
                                  pointers(variables).data());
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        throw std::runtime_error("pixelml-sandbox cannot be started");
    }
    return pid;
}

std::array<int, 2> make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error("no pipe");
    }
    return ends;
}

// Until a new line or the end, for a minute at most.
std::string read_line(int descriptor) {
    std::string line;
    char c = 0;
    pollfd polled{descriptor, POLLIN, 0};
    while (poll(&polled, 1, 60'000) == 1 && read(descriptor, &c, 1) == 1 && c != '\n') {
        line.push_back(c);
    }
    return line;
}

std::string read_rest(int descriptor) {
    std::string text;
    std::array<char, 4096> buffer;
    for (;;) {
        const ssize_t count = read(descriptor, buffer.data(), buffer.size());
        if (count <= 0) {
            return text;
        }
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

int wait_for(pid_t pid) {
    int status = 0;
    if (!eventually([&] { return waitpid(pid, &status, WNOHANG) == pid; })) {
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

SandboxProcess::SandboxProcess(const std::vector<std::string>& arguments,
                               const std::vector<std::string>& environment)
    : directory_(make_directory()) {
    std::vector<std::string> all{"--port", "0"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const auto ends = make_pipe();
    pid_ = start(all, environment, directory_, ends[1]);
    close(ends[1]);
    output_ = ends[0];
    url_ = read_line(output_);
    if (!url_.starts_with("http")) {
        throw std::runtime_error("pixelml-sandbox did not start: " + log());
    }
}

SandboxProcess::~SandboxProcess() {
    if (pid_ > 0) {
        stop(SIGTERM);
    }
    close(output_);
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
}

std::string SandboxProcess::log() const {
    return read_file(directory_ / "log");
}

Ended SandboxProcess::stop(int signal) {
    kill(pid_, signal);
    Ended ended;
    ended.exit_code = wait_for(pid_);
    pid_ = -1;
    ended.output = read_rest(output_);
    ended.errors = log();
    return ended;
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
        const boost::json::value job = answer.json();
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
    for (const auto& entry : fs::recursive_directory_iterator(directory_)) {
        if (entry.is_regular_file() && entry.path().filename() != "log") {
            names.push_back(entry.path().filename());
        }
    }
    return names;
}

Ended run_sandbox(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
    const fs::path directory = make_directory();
    const auto ends = make_pipe();
    const pid_t pid = start(arguments, environment, directory, ends[1]);
    close(ends[1]);
    Ended ended;
    ended.output = read_rest(ends[0]);
    ended.exit_code = wait_for(pid);
    ended.errors = read_file(directory / "log");
    close(ends[0]);
    fs::remove_all(directory);
    return ended;
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
