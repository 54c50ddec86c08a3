#pragma once

#include "api/error.hpp"
#include "media/media_format.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace job_engine {

// "JPG or PNG"
std::string list_of_formats(const std::vector<std::string>& media_types);

// Of a file that is not even looked at.
Error file_too_large(std::uint64_t bytes, std::string_view input, std::uint64_t max_bytes);

// Why a file cannot be handed over; nullopt: it can. Its first bytes tell what it is, whatever the host calls
// it: a service that is told a wrong type fails later, and perhaps for money.
std::optional<Error> fault_of_file(std::string_view file, std::string_view input,
                                   const std::vector<std::string>& media_types, std::uint64_t max_bytes);

} // namespace job_engine
