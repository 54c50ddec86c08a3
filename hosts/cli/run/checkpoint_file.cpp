#include "run/checkpoint_file.hpp"

#include "posix/usage_error.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace cli {

namespace {

constexpr std::size_t longest = std::size_t{64} * 1024; // a module's checkpoint has at most 16 KiB

// Whether the path still names the file of the descriptor.
bool is_file_at(int fd, const std::string& path) {
    struct stat opened {};
    struct stat named {};
    return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino
           && opened.st_dev == named.st_dev;
}

int write_new_file(const std::string& path, const std::string& text) {
    ::unlink(path.c_str()); // left by a killed process; the lock shows that it is not in use
    const FileDescriptor file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!file)
        return errno;
    if (const int error = write_all(file.get(), text))
        return error;
    return ::fsync(file.get()) == 0 ? 0 : errno;
}

} // namespace

CheckpointFile::CheckpointFile(std::string path) : path_(std::move(path)) {
    const std::size_t slash = path_.rfind('/');
    directory_ = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
    const std::string lock_path = path_ + ".lock";
    for (;;) {
        lock_ = FileDescriptor(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
        if (!lock_) {
            throw UsageError("cannot keep a checkpoint at \"" + path_ + "\": " + errno_text(errno)
                             + ". Nothing was started.");
        }
        if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
            throw UsageError(errno == EWOULDBLOCK
                                 ? "another process is using the checkpoint \"" + path_
                                       + "\". Wait for it, or choose another file."
                                 : "cannot lock \"" + lock_path + "\": " + errno_text(errno));
        }
        // Its last owner may have removed it between our open() and our lock.
        if (is_file_at(lock_.get(), lock_path))
            return;
    }
}

CheckpointFile::~CheckpointFile() {
    ::unlink((path_ + ".lock").c_str());
}

std::optional<std::string> CheckpointFile::load() const {
    struct stat status {};
    if (::stat(path_.c_str(), &status) != 0 && errno == ENOENT)
        return std::nullopt;
    return read_file(path_, longest).text;
}

std::string CheckpointFile::save(const std::string& checkpoint_json) noexcept {
    const std::string temporary = path_ + ".new";
    int error = write_new_file(temporary, checkpoint_json);
    if (error == 0 && ::rename(temporary.c_str(), path_.c_str()) != 0)
        error = errno;
    if (error != 0) {
        ::unlink(temporary.c_str());
        return errno_text(error);
    }
    error = sync_directory(directory_);
    return error == 0 ? "" : errno_text(error);
}

std::string CheckpointFile::remove() noexcept {
    if (::unlink(path_.c_str()) != 0)
        return errno == ENOENT ? "" : errno_text(errno);
    const int error = sync_directory(directory_);
    return error == 0 ? "" : errno_text(error);
}

} // namespace cli
