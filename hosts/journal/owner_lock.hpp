#pragma once

#include "journal/file_descriptor.hpp"

#include <cstdint>
#include <string>

namespace durable {

// Tells which processes that use a journal are alive. Each one locks the byte of a file at the offset of its
// random number. The kernel releases the lock when the process ends, however it ends, and unlike a process id
// the number is never reused. For one thread at a time.
class OwnerLock {
public:
    // path: the lock file, which is created when it is needed and stays.
    explicit OwnerLock(std::string path) : path_(std::move(path)) {}

    // The number of this process, locked from the first call on. Throws JournalError.
    std::int64_t own();
    // Whether the process with this number is alive. Throws JournalError if that cannot be determined.
    bool alive(std::int64_t owner) const;

private:
    std::string path_;
    FileDescriptor file_;
    std::int64_t own_ = 0; // 0: not yet
};

} // namespace durable
