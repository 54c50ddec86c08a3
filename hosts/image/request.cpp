#include "image/request.hpp"

#include <algorithm>

namespace image {

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(blanks);
    return first == text.npos ? std::string_view()
                              : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& letter : lower) {
        if (letter >= 'A' && letter <= 'Z')
            letter = static_cast<char>(letter - 'A' + 'a');
    }
    return lower;
}

} // namespace

std::vector<std::string> split_media_types(std::string_view list) {
    std::vector<std::string> types;
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        const std::string_view one = list.substr(0, comma);
        const std::string_view type = trimmed(one.substr(0, one.find(';')));
        if (!type.empty())
            types.push_back(lower_case(type));
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return types;
}

bool takes(const Request& request, Format format) {
    if (request.media_types.empty())
        return format == Format::jpeg || format == Format::png;
    const std::string_view wanted = media_type_of(format);
    return std::any_of(request.media_types.begin(), request.media_types.end(), [&](std::string_view type) {
        return type == wanted || type == "image/*" || type == "*/*"
               || (format == Format::jpeg && type == "image/jpg")
               || (format == Format::heic && type == "image/heif");
    });
}

} // namespace image
