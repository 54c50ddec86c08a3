#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cli {

// An input that is a file, or the URL of one.
struct MediaInput {
    std::string name;
    bool is_image = false;
};

// Those that ui_json calls a media_url.
std::vector<MediaInput> media_inputs(std::string_view ui_json);

} // namespace cli
