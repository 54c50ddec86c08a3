#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cli {

enum class MediaKind { video, audio, image, file };
const char* to_string(MediaKind kind) noexcept;

// An output that is the URL of a file.
struct MediaOutput {
    std::string name;
    MediaKind kind = MediaKind::file;
};

// Those that the output's schema, or what the module says beside it in ui_json, calls a file, the surest
// first; if only words do, in names and descriptions, the surest alone.
std::vector<MediaOutput> media_outputs(std::string_view output_schema_json, std::string_view ui_json);

} // namespace cli
