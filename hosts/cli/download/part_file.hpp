#pragma once

#include "download/file_problem.hpp"
#include "posix/files.hpp"

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

// A file that is written beside its place under a hidden name, and gets its own name once it is whole. Until
// then it is removed with this object.
class PartFile {
public:
    explicit PartFile(std::string destination);
    ~PartFile();
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;

    // Each returns 0, or the errno.
    int create();
    int append(std::string_view data);
    int clear();
    // replace: takes the place of a file of that name, which is else EEXIST.
    int finish(bool replace);

    // What the disk has room for; nullopt: it does not say.
    std::optional<std::uint64_t> room() const;

    // Removes it at once, for a process that is about to end. [any]
    void discard();

private:
    const std::string destination_;
    const std::string directory_;
    FileDescriptor file_;
    std::timed_mutex mutex_;
    std::string path_; // empty: there is none
};

// The folder of a path, "." for a name alone.
std::string directory_of(const std::string& path);

// What is in the way of a file at the path; nullopt: nothing that can be seen without making it.
std::optional<FileProblem> obstacle_at(const std::string& path, bool replace);

// Why no file can be made at the path, as a sentence; empty: it can. Tries it, and leaves nothing.
std::string fault_of_destination(const std::string& path, bool replace);
// The same for files in a directory.
std::string fault_of_directory(const std::string& directory);

} // namespace cli
