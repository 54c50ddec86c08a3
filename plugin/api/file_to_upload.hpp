#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace job_engine {

// A file on its way to a service. Its bytes are shared, never copied: they may be many.
struct FileToUpload {
    std::shared_ptr<const std::string> bytes;
    std::string name;       // for the service, with its extension: "image.jpg"
    std::string media_type; // "image/jpeg"

    std::string_view view() const noexcept { return *bytes; }
};

} // namespace job_engine
