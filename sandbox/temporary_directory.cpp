#include "temporary_directory.hpp"

#include <cstdlib>
#include <stdexcept>
#include <system_error>

namespace sandbox {

TemporaryDirectory::TemporaryDirectory(const std::string& name) {
    std::error_code error;
    const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
    std::string pattern = (parent / (name + "-XXXXXX")).string();
    if (error || !mkdtemp(pattern.data())) {
        throw std::runtime_error("cannot create the temporary directory " + pattern
                                 + "; is TMPDIR a writable directory?");
    }
    path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

} // namespace sandbox
