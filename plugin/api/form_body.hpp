#pragma once

#include "api/file_to_upload.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace job_engine {

using FormFields = std::vector<std::pair<std::string, std::string>>;

// What stands around the file in a form, RFC 7578.
struct FormBody {
    std::string content_type;
    std::string head; // up to the file's first byte
    std::string tail; // from behind its last
};

// The fields in their order, and the file as the last: storages read no field behind it.
FormBody form_body(const FormFields& fields, std::string_view file_field, const FileToUpload& file);

} // namespace job_engine
