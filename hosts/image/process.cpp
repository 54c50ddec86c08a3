#include "image/process.hpp"

#include "image/file_descriptor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace image {

namespace {

using Clock = std::chrono::steady_clock;

constexpr rlim_t most_memory = rlim_t{2} << 30; // of addresses, of which it uses a part
constexpr rlim_t most_processor_seconds = 60;
constexpr rlim_t most_file = rlim_t{1} << 20; // liborc's compiled code is one, without a name
constexpr std::size_t most_messages = 4096;
constexpr std::chrono::milliseconds look_after{20};

struct Pipe {
    FileDescriptor read;
    FileDescriptor write;
};

Pipe make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot make a pipe");
    return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

class SpawnActions {
public:
    SpawnActions(int input, int output, int messages) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions_, messages, STDERR_FILENO);
        ::posix_spawnattr_init(&attributes_);
        sigset_t signals;
        ::sigemptyset(&signals);
        ::posix_spawnattr_setsigmask(&attributes_, &signals);
        ::sigaddset(&signals, SIGPIPE); // that hosts ignore
        ::posix_spawnattr_setsigdefault(&attributes_, &signals);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setflags(&attributes_,
                                   POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    ~SpawnActions() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;

    const posix_spawn_file_actions_t* actions() const noexcept { return &actions_; }
    const posix_spawnattr_t* attributes() const noexcept { return &attributes_; }

private:
    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (std::string& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

// libvips reads these: no loader that is not meant for the files of strangers, no temporary files, and few
// threads, whose arenas of memory count as addresses.
std::vector<std::string> environment(const std::string& path_variable) {
    return {"PATH=" + path_variable,    "LC_ALL=C",           "VIPS_BLOCK_UNTRUSTED=1",
            "VIPS_DISC_THRESHOLD=100g", "VIPS_CONCURRENCY=2", "MALLOC_ARENA_MAX=2"};
}

void limit(pid_t process) {
    const auto set = [process](auto resource, rlim_t most) {
        const rlimit both{most, most};
        static_cast<void>(::prlimit(process, resource, &both, nullptr)); // fails where it is over already
    };
    set(RLIMIT_AS, most_memory);
    set(RLIMIT_CPU, most_processor_seconds);
    set(RLIMIT_FSIZE, most_file);
    set(RLIMIT_CORE, 0);
}

// A process that was started; ended with its group when it goes.
class Child {
public:
    explicit Child(pid_t process) : process_(process) {}
    ~Child() { end(); }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    // Whether it is over by itself. Not waited for yet, so that its number stays its own until end().
    bool is_over() const {
        siginfo_t info{};
        const int error = ::waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT);
        return error == 0 ? info.si_pid == process_ : errno != EINTR;
    }
    void end() {
        if (std::exchange(ended_, true))
            return;
        ::kill(-process_, SIGKILL); // also those it started and left behind
        pid_t ended = -1;
        do
            ended = ::wait4(process_, &status_, 0, &usage_);
        while (ended < 0 && errno == EINTR);
        is_status_known_ = ended == process_;
    }
    // False where this process ignores SIGCHLD, or another part of it has waited for the child.
    bool is_status_known() const noexcept { return is_status_known_; }
    int status() const noexcept { return status_; }
    std::uint64_t peak_memory() const noexcept { return static_cast<std::uint64_t>(usage_.ru_maxrss) * 1024; }

private:
    pid_t process_;
    bool ended_ = false;
    bool is_status_known_ = false;
    int status_ = 0;
    rusage usage_{};
};

// Reads what there is; false at the end. What is more than the limit is dropped.
bool read_some(int fd, std::string& text, std::size_t limit) {
    char buffer[65536];
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0)
        return errno == EINTR;
    if (text.size() < limit)
        text.append(buffer, std::min(static_cast<std::size_t>(got), limit - text.size()));
    return got > 0;
}

// How the program is to be ended; exited: it closed both.
End read_all(const Command& command, int output, int messages, Finished& finished) {
    pollfd ends[] = {{output, POLLIN, 0}, {messages, POLLIN, 0}};
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        if (command.cancelled != nullptr && *command.cancelled)
            return End::cancelled;
        if (Clock::now() >= command.deadline)
            return End::timed_out;
        if (::poll(ends, 2, static_cast<int>(look_after.count())) < 0 && errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "cannot wait for a program");
        if (ends[0].revents != 0 && !read_some(output, finished.output, command.most_output + 1))
            ends[0].fd = -1;
        if (ends[1].revents != 0 && !read_some(messages, finished.messages, most_messages))
            ends[1].fd = -1;
        if (finished.output.size() > command.most_output)
            return End::too_much_output;
    }
    return End::exited;
}

// It may close both and go on.
End wait_for_exit(const Command& command, Child& child) {
    const timespec pause{0, 1'000'000};
    while (!child.is_over()) {
        if (command.cancelled != nullptr && *command.cancelled)
            return End::cancelled;
        if (Clock::now() >= command.deadline)
            return End::timed_out;
        ::nanosleep(&pause, nullptr);
    }
    return End::exited;
}

} // namespace

Finished run(const Command& command) {
    Finished finished;
    Pipe output = make_pipe();
    Pipe messages = make_pipe();
    std::vector<std::string> arguments = command.arguments;
    arguments.insert(arguments.begin(), command.program);
    std::vector<std::string> variables = environment(command.path_variable);
    if (::lseek(command.input, 0, SEEK_SET) < 0)
        throw std::system_error(errno, std::generic_category(), "cannot read a file again");

    const SpawnActions spawn(command.input, output.write.get(), messages.write.get());
    pid_t process = 0;
    finished.code = ::posix_spawn(&process, command.program.c_str(), spawn.actions(), spawn.attributes(),
                                  pointers_to(arguments).data(), pointers_to(variables).data());
    if (finished.code != 0)
        return finished;
    Child child(process);
    limit(process);
    output.write = FileDescriptor();
    messages.write = FileDescriptor();

    finished.how = read_all(command, output.read.get(), messages.read.get(), finished);
    if (finished.how == End::exited)
        finished.how = wait_for_exit(command, child);
    child.end();
    finished.peak_memory = child.peak_memory();
    if (finished.how == End::exited && !child.is_status_known())
        finished.how = End::unknown;
    if (finished.how == End::exited && WIFSIGNALED(child.status()))
        finished.how = End::killed;
    finished.code = finished.how == End::killed ? WTERMSIG(child.status()) : WEXITSTATUS(child.status());
    return finished;
}

std::optional<std::string> find_program(const std::string& name, const std::string& path_variable) {
    for (std::size_t begin = 0; begin <= path_variable.size();) {
        const std::size_t end = std::min(path_variable.find(':', begin), path_variable.size());
        std::string path = path_variable.substr(begin, end - begin);
        begin = end + 1;
        if (path.empty() || path.front() != '/')
            continue;
        path.append("/").append(name);
        struct stat facts {};
        if (::stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) && ::access(path.c_str(), X_OK) == 0)
            return path;
    }
    return std::nullopt;
}

} // namespace image
