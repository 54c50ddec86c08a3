#include "api/uploaded_files.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace sandbox {

std::string UploadedFiles::add(std::string bytes) {
    constexpr std::size_t name_bytes = 16;
    if (files_.size() == most)
        files_.pop_front();
    files_.push_back({random_hex(name_bytes), std::move(bytes)});
    return files_.back().name;
}

const std::string* UploadedFiles::find(std::string_view name) const {
    const auto found = std::ranges::find(files_, name, &File::name);
    return found == files_.end() ? nullptr : &found->bytes;
}

} // namespace sandbox
