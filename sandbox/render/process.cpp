#include "render/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

// Not declared by a header; the environment is passed on so that PATH and the locale apply to the program.
extern char** environ; // NOLINT(readability-redundant-declaration): some libcs do declare it

namespace sandbox {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t error_text_limit = 4096;
constexpr int lowered_priority = 10;
constexpr std::chrono::milliseconds exit_check_interval{10};

class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    ~Descriptor() { reset(); }
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) {
            reset();
            number_ = std::exchange(other.number_, -1);
        }
        return *this;
    }
    void reset() {
        if (number_ >= 0)
            close(std::exchange(number_, -1));
    }
    int number() const { return number_; }

private:
    int number_;
};

struct Pipe {
    Descriptor read_end;
    Descriptor write_end;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe");
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

struct SpawnSettings {
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};

    SpawnSettings() {
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
    }
    ~SpawnSettings() {
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;
};

// Returns the error number, 0 on success.
int spawn(const std::vector<std::string>& arguments, int output, int errors, pid_t& pid) {
    SpawnSettings settings;
    posix_spawn_file_actions_addopen(&settings.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&settings.actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&settings.actions, errors, STDERR_FILENO);
    // Sockets that were accepted without close-on-exec must not live on in the program.
    posix_spawn_file_actions_addclosefrom_np(&settings.actions, STDERR_FILENO + 1);

    sigset_t none;
    sigset_t defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP})
        sigaddset(&defaults, signal);
    posix_spawnattr_setsigmask(&settings.attributes, &none);
    posix_spawnattr_setsigdefault(&settings.attributes, &defaults);
    posix_spawnattr_setpgroup(&settings.attributes, 0);
    posix_spawnattr_setflags(&settings.attributes,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

    std::vector<char*> argument_pointers;
    argument_pointers.reserve(arguments.size() + 1);
    for (const std::string& argument : arguments) {
        // posix_spawn takes char* for historical reasons and does not write there.
        argument_pointers.push_back(const_cast<char*>(argument.c_str()));
    }
    argument_pointers.push_back(nullptr);
    return posix_spawnp(&pid, argument_pointers[0], &settings.actions, &settings.attributes,
                        argument_pointers.data(), environ);
}

// Reads what is there; false at the end of the stream.
bool read_some(int descriptor, const std::function<void(std::string_view)>& consume) {
    std::array<char, 4096> buffer;
    const ssize_t count = read(descriptor, buffer.data(), buffer.size());
    if (count > 0) {
        consume({buffer.data(), static_cast<std::size_t>(count)});
        return true;
    }
    return count < 0 && (errno == EINTR || errno == EAGAIN);
}

int milliseconds_until(Clock::time_point deadline, std::chrono::milliseconds at_most) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    return static_cast<int>(std::clamp(left, std::chrono::milliseconds(0), at_most).count());
}

// Reads both streams until both end; returns why it stopped early.
std::optional<ProcessResult::End> read_until_end(const Pipe& output, const Pipe& errors,
                                                 Clock::time_point deadline, const CancelSignal& cancel,
                                                 const std::function<void(std::string_view)>& on_output,
                                                 std::string& error_text) {
    std::array<pollfd, 3> polled{{{output.read_end.number(), POLLIN, 0},
                                  {errors.read_end.number(), POLLIN, 0},
                                  {cancel.descriptor(), POLLIN, 0}}};
    const auto keep_error_text = [&](std::string_view piece) {
        error_text += piece;
        if (error_text.size() > error_text_limit) {
            error_text.erase(0, error_text.size() - error_text_limit);
        }
    };
    while (polled[0].fd >= 0 || polled[1].fd >= 0) {
        poll(polled.data(), polled.size(), milliseconds_until(deadline, std::chrono::seconds(60)));
        if (polled[2].revents != 0)
            return ProcessResult::End::cancelled;
        if (Clock::now() >= deadline)
            return ProcessResult::End::timed_out;
        if (polled[0].revents != 0 && !read_some(polled[0].fd, on_output))
            polled[0].fd = -1; // poll() leaves it out
        if (polled[1].revents != 0 && !read_some(polled[1].fd, keep_error_text))
            polled[1].fd = -1;
    }
    return std::nullopt;
}

// Waits for a program that has closed its streams; returns why it gave up.
std::optional<ProcessResult::End> wait_for_exit(pid_t pid, int& status, Clock::time_point deadline,
                                                const CancelSignal& cancel) {
    pollfd polled{cancel.descriptor(), POLLIN, 0};
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (poll(&polled, 1, milliseconds_until(deadline, exit_check_interval)) == 1)
            return ProcessResult::End::cancelled;
        if (Clock::now() >= deadline)
            return ProcessResult::End::timed_out;
    }
    return std::nullopt;
}

void kill_and_reap(pid_t pid) {
    kill(-pid, SIGKILL);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
}

} // namespace

ProcessResult run_process(const std::vector<std::string>& arguments, std::chrono::milliseconds timeout,
                          const CancelSignal& cancel,
                          const std::function<void(std::string_view)>& on_output) {
    const auto deadline = Clock::now() + timeout;
    ProcessResult result;
    Pipe output = make_pipe();
    Pipe errors = make_pipe();
    pid_t pid = 0;
    if (const int error = spawn(arguments, output.write_end.number(), errors.write_end.number(), pid)) {
        result.error_text = std::generic_category().message(error);
        return result;
    }
    setpriority(PRIO_PROCESS, static_cast<id_t>(pid), lowered_priority);
    output.write_end.reset();
    errors.write_end.reset();

    int status = 0;
    auto interrupted = read_until_end(output, errors, deadline, cancel, on_output, result.error_text);
    if (!interrupted)
        interrupted = wait_for_exit(pid, status, deadline, cancel);
    if (interrupted) {
        kill_and_reap(pid);
        result.end = *interrupted;
    } else if (WIFEXITED(status)) {
        result.end = ProcessResult::End::exited;
        result.exit_code = WEXITSTATUS(status);
    } else {
        result.end = ProcessResult::End::signalled;
    }
    return result;
}

} // namespace sandbox
