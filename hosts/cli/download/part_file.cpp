#include "download/part_file.hpp"

#include "journal/random_text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <utility>

namespace cli {

namespace {

constexpr mode_t as_umask_says = 0666;
constexpr std::chrono::seconds longest_lock{1};
constexpr std::size_t longest_base = 200; // a file's name has at most 255 bytes

std::string hidden_name(const std::string& destination) {
    const std::string base = destination.substr(destination.rfind('/') + 1, longest_base);
    return directory_of(destination) + "/." + base + ".part-" + durable::hex_text(durable::random_bits());
}

int rename_to_free_name(const std::string& from, const std::string& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    // A file system that cannot do it in one step.
    if (::link(from.c_str(), to.c_str()) == 0) {
        ::unlink(from.c_str());
        return 0;
    }
    struct stat there {};
    if (::lstat(to.c_str(), &there) == 0)
        return EEXIST;
    return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

} // namespace

std::string directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

PartFile::PartFile(std::string destination)
    : destination_(std::move(destination)), directory_(directory_of(destination_)) {}

PartFile::~PartFile() {
    discard();
}

int PartFile::create() {
    const std::lock_guard lock(mutex_);
    path_ = hidden_name(destination_);
    file_ = FileDescriptor(
        ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, as_umask_says));
    if (file_)
        return 0;
    path_.clear();
    return errno;
}

int PartFile::append(std::string_view data) {
    return write_all(file_.get(), data);
}

int PartFile::clear() {
    return ::ftruncate(file_.get(), 0) == 0 && ::lseek(file_.get(), 0, SEEK_SET) == 0 ? 0 : errno;
}

int PartFile::finish(bool replace) {
    if (::fsync(file_.get()) != 0)
        return errno;
    {
        const std::lock_guard lock(mutex_);
        if (path_.empty()) // discarded
            return ENOENT;
        const int error = replace ? (::rename(path_.c_str(), destination_.c_str()) == 0 ? 0 : errno)
                                  : rename_to_free_name(path_, destination_);
        if (error != 0)
            return error;
        path_.clear();
    }
    static_cast<void>(sync_directory(directory_)); // the file is there, and whole, all the same
    return 0;
}

std::optional<std::uint64_t> PartFile::room() const {
    struct statvfs disk {};
    if (::fstatvfs(file_.get(), &disk) != 0 || disk.f_blocks == 0) // some network file systems say 0
        return std::nullopt;
    return std::uint64_t{disk.f_bavail} * disk.f_frsize;
}

void PartFile::discard() {
    // A disk may hang. By this clock, because gcc 12's ThreadSanitizer does not see a lock that waits by
    // another.
    const std::unique_lock lock(mutex_, std::chrono::system_clock::now() + longest_lock);
    if (!lock)
        return;
    if (!path_.empty())
        ::unlink(path_.c_str());
    path_.clear();
}

std::optional<FileProblem> obstacle_at(const std::string& path, bool replace) {
    const std::string quoted = "\"" + path + "\"";
    struct stat there {};
    if (::lstat(path.c_str(), &there) != 0) {
        if (errno == ENOENT)
            return std::nullopt;
        return FileProblem{"not_written", "cannot write " + quoted + ": " + errno_text(errno) + "."};
    }
    if (S_ISDIR(there.st_mode))
        return FileProblem{"file_exists", quoted + " is a directory."};
    if (!S_ISREG(there.st_mode))
        return FileProblem{"file_exists", quoted + " is not a regular file."};
    if (!replace)
        return FileProblem{"file_exists", quoted + " exists. Move it, or replace it with --overwrite."};
    return std::nullopt;
}

std::string fault_of_destination(const std::string& path, bool replace) {
    const std::string quoted = "\"" + path + "\"";
    if (path.empty() || path.back() == '/' || path == "-")
        return quoted + " is not the name of a file.";
    if (const auto obstacle = obstacle_at(path, replace))
        return obstacle->reason;
    PartFile probe(path);
    const int error = probe.create();
    return error == 0 ? "" : "cannot write " + quoted + ": " + errno_text(error) + ".";
}

std::string fault_of_directory(const std::string& directory) {
    struct stat there {};
    if (::stat(directory.c_str(), &there) != 0)
        return "cannot write files into \"" + directory + "\": " + errno_text(errno) + ".";
    if (!S_ISDIR(there.st_mode))
        return "\"" + directory + "\" is not a directory.";
    PartFile probe(directory + "/probe");
    const int error = probe.create();
    return error == 0 ? "" : "cannot write files into \"" + directory + "\": " + errno_text(error) + ".";
}

} // namespace cli
