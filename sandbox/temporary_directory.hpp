#pragma once

#include <filesystem>
#include <string>

namespace sandbox {

// A fresh directory, for this user only, in the system's place for temporary files; removed with all it
// holds at the end.
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
