#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace job_engine {

// What is wrong with a description's text that goes into a request, a clause; nullopt: nothing. It must not
// break out of its line.

std::optional<std::string> path_text_fault(std::string_view path);
std::optional<std::string> header_fault(std::string_view name, std::string_view value);

// Of what is a placeholder's name: in paths it must be told from the job's id and from braces.
std::optional<std::string> name_fault(std::string_view name);

inline constexpr std::size_t max_name_bytes = 64;

} // namespace job_engine
