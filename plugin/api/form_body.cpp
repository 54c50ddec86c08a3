#include "api/form_body.hpp"

#include <algorithm>

namespace job_engine {
namespace {

constexpr std::string_view line_end = "\r\n";

// As browsers write a name between quotes.
std::string quoted(std::string_view name) {
    std::string out = "\"";
    for (const char c : name)
        if (c == '"')
            out += "%22";
        else if (c == '\r')
            out += "%0D";
        else if (c == '\n')
            out += "%0A";
        else
            out += c;
    return out + "\"";
}

bool is_in_any(const std::string& boundary, const FormFields& fields, std::string_view file) {
    return file.find(boundary) != std::string_view::npos
           || std::any_of(fields.begin(), fields.end(), [&](const auto& field) {
                  return field.second.find(boundary) != std::string::npos;
              });
}

std::string boundary_outside(const FormFields& fields, std::string_view file) {
    std::string boundary;
    for (unsigned number = 1; boundary.empty() || is_in_any(boundary, fields, file); ++number)
        boundary = "workflow-node-form-part-" + std::to_string(number);
    return boundary;
}

std::string line(std::string text) {
    return std::move(text.append(line_end));
}

} // namespace

FormBody form_body(const FormFields& fields, std::string_view file_field, const FileToUpload& file) {
    const auto boundary = boundary_outside(fields, file.view());
    FormBody out;
    out.content_type = "multipart/form-data; boundary=" + boundary;
    for (const auto& [name, value] : fields)
        out.head += line("--" + boundary) + line("Content-Disposition: form-data; name=" + quoted(name))
                    + line("") + line(value);
    out.head += line("--" + boundary)
                + line("Content-Disposition: form-data; name=" + quoted(file_field)
                       + "; filename=" + quoted(file.name))
                + line("Content-Type: " + file.media_type) + line("");
    out.tail = line("") + line("--" + boundary + "--");
    return out;
}

} // namespace job_engine
