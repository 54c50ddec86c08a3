#include "process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace {

constexpr int max_ms = 60000;

long long now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

std::vector<std::string> environment_of(const Process::Options& options) {
    std::map<std::string, std::string> variables{{"PATH", "/usr/bin:/bin"},
                                                 {"LC_ALL", "C.UTF-8"},
                                                 {"TERM", "xterm"},
                                                 {"WORKFLOW_NODE_MODULE", EXAMPLE_MODULE},
                                                 {"ECHO_SERVICE_API_KEY", "sesame"}};
    for (const char* passed_on : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"})
        if (const char* value = std::getenv(passed_on))
            variables[passed_on] = value;
    if (options.watch_heap) { // all that is allocated, on one heap
        variables["MALLOC_ARENA_MAX"] = "1";
        variables["MALLOC_MMAP_MAX_"] = "0";
    }
    for (const auto& [name, value] : options.environment)
        variables[name] = value;
    std::vector<std::string> all;
    for (const auto& [name, value] : variables)
        if (!value.empty())
            all.push_back(std::string(name).append("=").append(value));
    return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    pointers.reserve(strings.size() + 1);
    for (std::string& string : strings)
        pointers.push_back(string.data());
    pointers.push_back(nullptr);
    return pointers;
}

void make_pipe(int (&ends)[2]) {
    if (pipe2(ends, O_CLOEXEC) != 0)
        throw std::runtime_error("pipe");
}

// The size of the heap; 0: there is none yet.
long heap_kib(pid_t pid) {
    std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
    for (std::string line; std::getline(maps, line);) {
        if (line.find("[heap]") != std::string::npos) {
            char* end = nullptr;
            const unsigned long from = std::strtoul(line.c_str(), &end, 16);
            return static_cast<long>((std::strtoul(end + 1, nullptr, 16) - from) / 1024);
        }
    }
    return 0;
}

void fill(int pipe_end) {
    fcntl(pipe_end, F_SETFL, O_NONBLOCK);
    const std::string block(4096, '\n');
    while (write(pipe_end, block.data(), block.size()) > 0) {
    }
    fcntl(pipe_end, F_SETFL, 0);
}

} // namespace

Process::Process(const std::vector<std::string>& arguments, const Options& options)
    : deadline_ms_(now_ms() + max_ms), watch_heap_(options.watch_heap) {
    std::vector<std::string> words{WORKFLOW_NODE};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<std::string> variables = environment_of(options);
    const std::vector<char*> argv = pointers_to(words);
    const std::vector<char*> envp = pointers_to(variables);

    int in[2];
    int out[2];
    int err[2];
    make_pipe(in);
    make_pipe(out);
    if (options.terminal) {
        const winsize size{24, options.columns, 0, 0};
        if (openpty(&err[0], &err[1], nullptr, nullptr, &size) != 0)
            throw std::runtime_error("openpty");
        fcntl(err[0], F_SETFD, FD_CLOEXEC);
    } else {
        make_pipe(err);
    }
    if (options.standard_output == Stdout::full)
        fill(out[1]);
    if (options.standard_output == Stdout::closed)
        close(std::exchange(out[0], -1)); // before the program lives, which may be quick to write
    pid_ = fork();
    if (pid_ == 0) {
        if (options.terminal) {
            setsid();
            ioctl(err[1], TIOCSCTTY, 0);
        }
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        dup2(err[1], STDERR_FILENO);
        if (options.standard_output == Stdout::none)
            close(STDOUT_FILENO);
        if (options.no_file_may_grow || options.max_file > 0) {
            const rlimit limit{options.max_file, options.max_file};
            setrlimit(RLIMIT_FSIZE, &limit);
        }
        if (options.ignored_signal != 0)
            signal(options.ignored_signal, SIG_IGN);
        execve(argv[0], argv.data(), envp.data());
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    close(err[1]);
    // All of the tests' inputs fit into a pipe.
    if (write(in[1], options.input.data(), options.input.size())
        != static_cast<ssize_t>(options.input.size()))
        throw std::runtime_error("stdin");
    close(in[1]);
    err_fd_ = err[0];
    out_fd_ = out[0];
    if (options.standard_output == Stdout::full)
        extra_fd_ = std::exchange(out_fd_, -1);
}

Process::~Process() {
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    for (const int fd : {out_fd_, err_fd_, extra_fd_})
        if (fd >= 0)
            close(fd);
}

bool Process::read_some() {
    pollfd readable[] = {{out_fd_, POLLIN, 0}, {err_fd_, POLLIN, 0}};
    const long long left = deadline_ms_ - now_ms();
    if ((out_fd_ < 0 && err_fd_ < 0) || left <= 0 || poll(readable, 2, static_cast<int>(left)) <= 0)
        return false;
    for (int i = 0; i < 2; ++i) {
        if (readable[i].revents == 0)
            continue;
        char buffer[4096];
        int& fd = i == 0 ? out_fd_ : err_fd_;
        const ssize_t got = read(fd, buffer, sizeof buffer);
        if (got <= 0) { // a terminal without a process is EIO
            close(std::exchange(fd, -1));
        } else {
            (i == 0 ? out_ : err_).append(buffer, static_cast<std::size_t>(got));
            if (watch_heap_) // not before: until exec it is a copy of this process
                max_heap_kib_ = std::max(max_heap_kib_, heap_kib(pid_));
        }
    }
    return true;
}

bool Process::wait_for_stderr(const std::string& text) {
    while (err_.find(text) == std::string::npos)
        if (!read_some())
            return false;
    return true;
}

bool Process::wait_for_stdout(const std::string& text) {
    while (out_.find(text) == std::string::npos)
        if (!read_some())
            return false;
    return true;
}

void Process::send(int signal) const {
    kill(pid_, signal);
}

bool Process::running() const {
    siginfo_t info{};
    poll(nullptr, 0, 10);
    return now_ms() < deadline_ms_
           && waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0
           && info.si_pid == 0;
}

void Process::type(const std::string& keys) const {
    if (write(err_fd_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
        throw std::runtime_error("terminal");
}

int Process::wait() {
    while (read_some()) {
    }
    if (now_ms() >= deadline_ms_)
        kill(pid_, SIGKILL);
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

Outcome workflow_node(const std::vector<std::string>& arguments, const Process::Options& options) {
    Process process(arguments, options);
    const int exit_code = process.wait();
    return {exit_code, process.out(), process.err()};
}

TemporaryDirectory::TemporaryDirectory() {
    path_ = (std::filesystem::temp_directory_path() / "workflow_node_test.XXXXXX").string();
    if (mkdtemp(path_.data()) == nullptr)
        throw std::runtime_error("mkdtemp");
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> TemporaryDirectory::names() const {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
        all.push_back(entry.path().filename().string());
    std::sort(all.begin(), all.end());
    return all;
}

std::string read_text(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

void write_text(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}
