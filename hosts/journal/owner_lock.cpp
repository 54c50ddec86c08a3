#include "journal/owner_lock.hpp"

#include "journal/journal_error.hpp"
#include "journal/random_text.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace durable {

namespace {

// The byte of an owner, for an "open file description" lock, which no other descriptor's close can drop.
struct flock byte_of(std::int64_t owner) {
    struct flock byte {};
    byte.l_type = F_WRLCK;
    byte.l_whence = SEEK_SET;
    byte.l_start = owner;
    byte.l_len = 1;
    return byte;
}

JournalError failed(const std::string& path) {
    return JournalError("cannot lock \"" + path + "\": " + errno_text(errno)
                        + ". It records which processes use the journal; check its permissions.");
}

} // namespace

std::int64_t OwnerLock::own() {
    if (own_ != 0)
        return own_;
    file_ = FileDescriptor(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!file_)
        throw failed(path_);
    const auto number = static_cast<std::int64_t>((random_bits() >> 2) | 1);
    struct flock byte = byte_of(number);
    if (::fcntl(file_.get(), F_OFD_SETLK, &byte) != 0)
        throw failed(path_);
    return own_ = number;
}

bool OwnerLock::alive(std::int64_t owner) const {
    if (owner == own_)
        return own_ != 0;
    FileDescriptor opened;
    if (!file_) {
        opened = FileDescriptor(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
        if (!opened && errno == ENOENT)
            return false; // no process has ever locked it
    }
    struct flock byte = byte_of(owner);
    const int fd = file_ ? file_.get() : opened.get();
    if (fd < 0 || ::fcntl(fd, F_OFD_GETLK, &byte) != 0)
        throw failed(path_);
    return byte.l_type != F_UNLCK;
}

} // namespace durable
