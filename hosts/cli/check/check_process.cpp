#include "check/check_process.hpp"

#include "posix/files.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace cli::check {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t longest_report = std::size_t{1} << 20;
constexpr std::size_t longest_print = 2000;

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

// In the new process. Only what is allowed between fork and exec.
[[noreturn]] void become(char* const* argv, int report, int print, pid_t parent) {
    ::setpgid(0, 0); // so that what the module starts can be ended with it
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int nothing = ::open("/dev/null", O_RDONLY);
    if (::getppid() == parent && nothing >= 0 && ::dup2(nothing, STDIN_FILENO) >= 0
        && ::dup2(print, STDOUT_FILENO) >= 0 && ::dup2(print, STDERR_FILENO) >= 0
        && ::fcntl(report, F_SETFD, 0) == 0)
        ::execv("/proc/self/exe", argv);
    ::_exit(127);
}

// Reads what there is; false at the end. What is more than the limit is read and dropped.
bool read_some(int fd, std::string& text, std::size_t limit) {
    char buffer[4096];
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0)
        return errno == EINTR;
    if (text.size() < limit)
        text.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
}

} // namespace

ProcessEnd run_this_program(std::vector<std::string> arguments, std::chrono::milliseconds limit) {
    Pipe report = make_pipe();
    Pipe print = make_pipe();
    arguments.insert(arguments.begin(), "workflow-node");
    arguments.insert(arguments.end(), {"--report", std::to_string(report.write.get())});
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (std::string& argument : arguments)
        argv.push_back(argument.data());
    argv.push_back(nullptr);

    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0)
        throw std::system_error(errno, std::generic_category(), "cannot start a process");
    if (child == 0)
        become(argv.data(), report.write.get(), print.write.get(), parent);
    report.write = FileDescriptor();
    print.write = FileDescriptor();

    ProcessEnd end;
    const auto deadline = Clock::now() + limit;
    pollfd ends[] = {{report.read.get(), POLLIN, 0}, {print.read.get(), POLLIN, 0}};
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() <= 0) {
            end.killed = true;
            break;
        }
        if (::poll(ends, 2, static_cast<int>(left.count())) < 0 && errno != EINTR)
            break;
        if (ends[0].revents != 0 && !read_some(ends[0].fd, end.report, longest_report))
            ends[0].fd = -1;
        if (ends[1].revents != 0 && !read_some(ends[1].fd, end.printed, longest_print))
            ends[1].fd = -1;
    }
    ::kill(child, SIGKILL); // of a process that has ended it changes nothing
    ::kill(-child, SIGKILL);
    while (::waitpid(child, &end.status, 0) < 0 && errno == EINTR) {
    }
    return end;
}

} // namespace cli::check
