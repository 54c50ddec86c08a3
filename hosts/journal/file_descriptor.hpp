#pragma once

#include <string>

namespace durable {

// A file descriptor that is closed when it goes. -1: none.
class FileDescriptor {
public:
    explicit FileDescriptor(int fd = -1) noexcept : fd_(fd) {}
    FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor();

    int get() const noexcept { return fd_; }
    int release() noexcept;
    explicit operator bool() const noexcept { return fd_ >= 0; }

private:
    int fd_;
};

// Makes a file that was made, renamed or removed in the directory stay so. 0, or the errno.
int sync_directory(const std::string& directory) noexcept;

// strerror, in English.
std::string errno_text(int error);

} // namespace durable
