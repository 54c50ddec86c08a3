#include "posix/files.hpp"

#include "posix/usage_error.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace cli {

int write_all(int fd, std::string_view data) noexcept {
    while (!data.empty()) {
        const ssize_t written = ::write(fd, data.data(), data.size());
        if (written >= 0) {
            data.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            pollfd writable{fd, POLLOUT, 0};
            ::poll(&writable, 1, -1);
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

FileText read_file(const std::string& path, std::size_t limit) {
    const std::string name = path == "-" ? "standard input" : "\"" + path + "\"";
    const auto failed = [&](int error) {
        return UsageError("cannot read " + name + ": " + errno_text(error));
    };
    FileDescriptor opened;
    FileText file;
    if (path != "-") {
        opened = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        struct stat status {};
        if (!opened || ::fstat(opened.get(), &status) != 0)
            throw failed(errno);
        file.others_may_read = (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
    }
    char buffer[16384];
    for (;;) {
        const ssize_t got = ::read(path == "-" ? STDIN_FILENO : opened.get(), buffer, sizeof buffer);
        if (got == 0)
            return file;
        if (got < 0 && errno != EINTR)
            throw failed(errno);
        file.text.append(buffer, static_cast<std::size_t>(got > 0 ? got : 0));
        if (file.text.size() > limit)
            throw UsageError(name + " is larger than " + std::to_string(limit / 1024) + " KiB");
    }
}

void guard_standard_descriptors() noexcept {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
        if (::fcntl(fd, F_GETFD) == -1 && errno == EBADF) {
            // The lowest number that is free is this one. Opened the wrong way round, it still fails with
            // EBADF.
            static_cast<void>(::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY));
        }
    }
}

} // namespace cli
