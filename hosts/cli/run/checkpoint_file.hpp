#pragma once

#include "posix/files.hpp"

#include <optional>
#include <string>

namespace cli {

// Where a run's checkpoint is kept. Holds a lock on "<path>.lock" as long as it lives, so that no two
// processes go on with the same run; the lock file is removed at the end.
// Not for use by two threads at once.
class CheckpointFile {
public:
    // Throws UsageError: another process holds it, or the directory cannot be written to.
    explicit CheckpointFile(std::string path);
    ~CheckpointFile();
    CheckpointFile(const CheckpointFile&) = delete;
    CheckpointFile& operator=(const CheckpointFile&) = delete;

    const std::string& path() const noexcept { return path_; }

    // The checkpoint that is there; nullopt: none. Throws UsageError when it cannot be read.
    std::optional<std::string> load() const;

    // Replaces the checkpoint. When it returns, the new one has reached the disk, or the old one is
    // still there; at no moment is there half of one. The file is readable by its owner only.
    // Empty: done; otherwise why not.
    std::string save(const std::string& checkpoint_json) noexcept;

    // Removes the checkpoint, if there is one. Empty: done; otherwise why not.
    std::string remove() noexcept;

private:
    std::string path_;
    std::string directory_;
    FileDescriptor lock_;
};

} // namespace cli
