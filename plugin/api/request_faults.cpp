#include "api/request_faults.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <cctype>

namespace job_engine {
namespace {

bool is_header_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0
               || std::string_view("-_.!#$%&'*+^`|~").find(c) != std::string_view::npos;
    });
}

bool is_header_value(std::string_view value) {
    return std::all_of(value.begin(), value.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
}

} // namespace

std::optional<std::string> path_text_fault(std::string_view path) {
    if (path.starts_with('/') && is_printable_without_space(path) && path.find('#') == std::string_view::npos)
        return std::nullopt;
    return "must begin with / and hold only characters of a URL";
}

std::optional<std::string> header_fault(std::string_view name, std::string_view value) {
    if (is_header_name(name) && is_header_value(value))
        return std::nullopt;
    return "must be a valid HTTP header";
}

std::optional<std::string> name_fault(std::string_view name) {
    const bool is_name =
        !name.empty() && name.size() <= max_name_bytes && std::all_of(name.begin(), name.end(), [](char c) {
            return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        });
    if (is_name)
        return std::nullopt;
    return "must be named with a-z, 0-9 and _";
}

} // namespace job_engine
