#pragma once

#include "posix/files.hpp"

#include <optional>
#include <string>

namespace cli {

// The file that keeps a run's checkpoint. Holds a lock on "<path>.lock" for its lifetime, so that no two
// processes resume the same run; the lock file is removed at the end. Not for use by two threads at once.
class CheckpointFile {
public:
    // Throws UsageError: another process holds it, or the directory cannot be written to.
    explicit CheckpointFile(std::string path);
    ~CheckpointFile();
    CheckpointFile(const CheckpointFile&) = delete;
    CheckpointFile& operator=(const CheckpointFile&) = delete;

    const std::string& path() const noexcept { return path_; }

    // The stored checkpoint; nullopt if there is none. Throws UsageError if it cannot be read.
    std::optional<std::string> load() const;

    // Replaces the checkpoint. When it returns, the new one has reached the disk, or the old one is still
    // there; the file never holds half of one. Only its owner can read it. Returns an empty text, or why it
    // failed.
    std::string save(const std::string& checkpoint_json) noexcept;

    // Removes the checkpoint, if there is one. Returns an empty text, or why it failed.
    std::string remove() noexcept;

private:
    std::string path_;
    std::string directory_;
    FileDescriptor lock_;
};

} // namespace cli
