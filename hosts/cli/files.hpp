#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cli {

/* A file descriptor that is closed when it goes. -1: none. */
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

/* Writes all of it, waiting where the descriptor makes it wait. 0, or the errno. */
int write_all(int fd, std::string_view data) noexcept;

struct FileText {
    std::string text;
    bool others_may_read = false; /* its mode lets the group or everybody read it; false for "-" */
};

/* The whole file, or standard input for "-". Throws UsageError, also when it holds over `limit` bytes. */
FileText read_file(const std::string& path, std::size_t limit);

/* Makes a file that was made, renamed or removed in the directory stay so. 0, or the errno. */
int sync_directory(const std::string& directory) noexcept;

/*
 * Fills what is closed of stdin, stdout and stderr, so that no file that is opened later gets their numbers
 * and what is meant for them. Reading and writing them fails as before.
 */
void guard_standard_descriptors() noexcept;

/* strerror, in English. */
std::string errno_text(int error);

} // namespace cli
