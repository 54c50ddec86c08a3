#pragma once

#include <filesystem>
#include <string>

namespace sandbox {

// A new directory, accessible to this user only, in the system's directory for temporary files. The
// destructor removes it with its contents.
class TemporaryDirectory {
public:
    explicit TemporaryDirectory(const std::string& name); // throws std::runtime_error
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

} // namespace sandbox
