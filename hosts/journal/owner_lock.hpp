#pragma once

#include "journal/file_descriptor.hpp"

#include <cstdint>
#include <string>

namespace durable {

// Which processes that use a journal are alive. Each one locks the byte of a file that its random number
// names. The kernel gives the lock back when the process ends, however it ends, and unlike a process id
// the number never comes again.
// Not for use by two threads at once.
class OwnerLock {
public:
    // path: of the lock file, which is made when it is needed and stays.
    explicit OwnerLock(std::string path) : path_(std::move(path)) {}

    // This process's number, locked from the first call on. Throws JournalError.
    std::int64_t own();
    // Whether the process with this number lives. Throws JournalError when that cannot be told.
    bool alive(std::int64_t owner) const;

private:
    std::string path_;
    FileDescriptor file_;
    std::int64_t own_ = 0; // 0: not yet
};

} // namespace durable
