#include "child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace test_support {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto patience_with_end = std::chrono::seconds(15);
constexpr auto look_interval = std::chrono::milliseconds(5);

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (auto& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

std::vector<std::string> environment_with(const std::vector<std::string>& additions) {
    std::vector<std::string> all = additions;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        const auto name = text.substr(0, text.find('=') + 1);
        if (std::none_of(additions.begin(), additions.end(),
                         [&](const auto& addition) { return addition.starts_with(name); }))
            all.push_back(text);
    }
    return all;
}

void require(int error, const char* what) {
    if (error != 0)
        throw std::system_error(error, std::generic_category(), what);
}

// Closes the ends that nobody took.
struct Pipe {
    Pipe() {
        int ends[2] = {-1, -1};
        require(::pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno, "pipe2");
        read_end = ends[0];
        write_end = ends[1];
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        ::close(read_end);
        ::close(write_end);
    }

    int read_end = -1;
    int write_end = -1;
};

} // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& arguments, const ChildOptions& options) {
    Pipe input;
    Pipe output;
    const auto& text = options.input;
    require(::fcntl(input.write_end, F_SETFL, O_NONBLOCK) == 0 ? 0 : errno, "fcntl");
    require(::write(input.write_end, text.data(), text.size()) == std::ssize(text) ? 0 : ENOSPC, "input");

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.read_end, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output.write_end, STDOUT_FILENO);
    if (!options.error_file.empty())
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, options.error_file.c_str(),
                                         O_WRONLY | O_CREAT | O_TRUNC, 0600);

    auto argument_texts = arguments;
    auto environment_texts = environment_with(options.environment);
    const auto argument_pointers = pointers_to(argument_texts);
    const auto environment_pointers = pointers_to(environment_texts);
    const int error = ::posix_spawnp(&id_, arguments.front().c_str(), &actions, nullptr,
                                     argument_pointers.data(), environment_pointers.data());
    posix_spawn_file_actions_destroy(&actions);
    require(error, arguments.front().c_str());
    output_ = std::exchange(output.read_end, -1);
}

ChildProcess::~ChildProcess() {
    ::close(output_);
    send_signal(SIGTERM);
    if (!wait(patience_with_end)) {
        send_signal(SIGKILL);
        wait(patience_with_end);
    }
}

std::optional<std::string> ChildProcess::read_line(std::chrono::milliseconds timeout) {
    const auto until = Clock::now() + timeout;
    std::size_t end = unread_.find('\n');
    while (end == std::string::npos) {
        if (!read_some(until))
            return std::nullopt;
        end = unread_.find('\n');
    }
    auto line = unread_.substr(0, end);
    unread_.erase(0, end + 1);
    return line;
}

std::string ChildProcess::read_all(std::chrono::milliseconds timeout) {
    const auto until = Clock::now() + timeout;
    while (read_some(until)) {
    }
    return std::exchange(unread_, {});
}

// False: nothing in time, or the end.
bool ChildProcess::read_some(Clock::time_point until) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    pollfd entry{output_, POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(0, left.count()))) <= 0)
        return false;
    char bytes[4096];
    const auto length = ::read(output_, bytes, sizeof bytes);
    if (length <= 0)
        return false;
    unread_.append(bytes, static_cast<std::size_t>(length));
    return true;
}

void ChildProcess::send_signal(int signal) const {
    if (!exit_code_)
        ::kill(id_, signal);
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds timeout) {
    const auto until = Clock::now() + timeout;
    while (!exit_code_) {
        int status = 0;
        if (::waitpid(id_, &status, WNOHANG) == id_) {
            exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        } else if (Clock::now() >= until) {
            return std::nullopt;
        } else {
            std::this_thread::sleep_for(look_interval);
        }
    }
    return exit_code_;
}

CommandResult run_command(const std::vector<std::string>& arguments, std::chrono::milliseconds timeout,
                          const ChildOptions& options) {
    const auto until = Clock::now() + timeout;
    ChildProcess process(arguments, options);
    CommandResult result;
    result.output = process.read_all(timeout);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    const auto exit_code = process.wait(std::max(left, std::chrono::milliseconds(0)));
    if (!exit_code)
        process.send_signal(SIGKILL);
    result.exit_code = exit_code.value_or(-1);
    return result;
}

std::string output_of(const std::vector<std::string>& arguments) {
    auto result = run_command(arguments, std::chrono::minutes(1));
    if (result.exit_code != 0)
        throw std::runtime_error(arguments.front() + " failed: " + std::to_string(result.exit_code));
    return std::move(result.output);
}

} // namespace test_support
