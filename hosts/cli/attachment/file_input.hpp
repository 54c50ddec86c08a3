#pragma once

#include "schema/media_input.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cli {

// A file that an input names.
struct FileInput {
    MediaInput input;
    std::string path;
};

// The input with "attachment:PATH" in the place of every path or file:// URL, which are relative to the
// directory; URLs of other schemes stay. A text that names no file is returned unchanged. Throws InputError:
// a file:// URL of another machine, or a path that is too long or no line of text. is_there: whether there is
// something at a path.
std::string with_attachments(const std::string& input_json, const std::vector<MediaInput>& inputs,
                             const std::string& directory, bool (*is_there)(const std::string& path));

// The same for the working directory.
std::string with_attachments(const std::string& input_json, const std::vector<MediaInput>& inputs);

// Of an input that with_attachments returned.
std::vector<FileInput> files_in(std::string_view input_json, const std::vector<MediaInput>& inputs);

// The path behind "attachment:PATH"; empty: it is none.
std::string attached_path(std::string_view attachment);

} // namespace cli
