#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace sandbox {

// The images that clients have sent, for the render of a job to fetch: the latest few, in memory.
class UploadedFiles {
public:
    static constexpr std::size_t most = 16;

    // Returns the name that it can be found by.
    std::string add(std::string bytes);
    // nullptr: there is none, or none any more.
    const std::string* find(std::string_view name) const;

private:
    struct File {
        std::string name;
        std::string bytes;
    };
    std::deque<File> files_;
};

} // namespace sandbox
