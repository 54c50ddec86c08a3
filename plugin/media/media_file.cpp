#include "media/media_file.hpp"

#include "media/media_check.hpp"

#include <algorithm>
#include <utility>

namespace job_engine {
namespace {

Error invalid_file(std::string_view input, std::string message, std::string detail) {
    auto error = make_error(ErrorCode::invalid_media_file, std::move(message));
    error.details = {{"/" + std::string(input), std::move(detail)}};
    return error;
}

} // namespace

std::string list_of_formats(const std::vector<std::string>& media_types) {
    std::string list;
    for (std::size_t i = 0; i < media_types.size(); ++i)
        list += std::string(i == 0                       ? ""
                            : i + 1 < media_types.size() ? ", "
                                                         : " or ")
                + std::string(short_name_of(media_types[i]));
    return list;
}

Error file_too_large(std::uint64_t bytes, std::string_view input, std::uint64_t max_bytes) {
    auto error = make_error(ErrorCode::media_too_large, too_large_text(input, bytes, max_bytes));
    error.details = {{"/" + std::string(input), "must have at most " + std::to_string(max_bytes) + " bytes"}};
    return error;
}

std::optional<Error> fault_of_file(std::string_view file, std::string_view input,
                                   const std::vector<std::string>& media_types, std::uint64_t max_bytes) {
    const auto the_file = "The " + std::string(input) + " file";
    const auto taken = list_of_formats(media_types);
    if (file.empty())
        return invalid_file(input, the_file + " is empty.", "must not be empty");
    const auto format = media_format_of(file.substr(0, media_signature_bytes));
    if (format.name.empty())
        return invalid_file(input, the_file + " is of no known format. The API takes " + taken + ".",
                            "must be a " + taken);
    if (std::find(media_types.begin(), media_types.end(), format.media_type) == media_types.end())
        return invalid_file(input,
                            the_file + " is " + std::string(format.name) + ". The API takes " + taken
                                + ": convert it.",
                            "must be a " + taken);
    if (file.size() > max_bytes)
        return file_too_large(file.size(), input, max_bytes);
    if (!is_whole(file, format.media_type))
        return invalid_file(input,
                            the_file + " is " + std::string(format.name)
                                + " of which the end is missing: it is damaged, or was copied in part.",
                            "must be a whole file");
    return std::nullopt;
}

} // namespace job_engine
