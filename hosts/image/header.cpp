#include "image/header.hpp"

#include <algorithm>
#include <charconv>

namespace image {

namespace {

template <typename Number>
bool read_number(std::string_view text, Number& number) {
    return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc();
}

// The first field of each name counts: texts out of the file come later, and may have line ends.
class Fields {
public:
    explicit Fields(std::string_view output) : output_(output) {}

    std::string_view find(std::string_view name) const {
        for (std::string_view rest = output_; !rest.empty();) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            const std::string_view line = rest.substr(0, end);
            if (line.size() > name.size() + 1 && line.substr(0, name.size()) == name
                && line.substr(name.size(), 2) == ": ")
                return line.substr(name.size() + 2);
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        return {};
    }

private:
    std::string_view output_;
};

} // namespace

std::optional<Header> parse_header(std::string_view output) {
    const Fields fields(output);
    Header header;
    unsigned bands = 0;
    if (!read_number(fields.find("width"), header.width) || !read_number(fields.find("height"), header.height)
        || !read_number(fields.find("bands"), bands) || header.width == 0 || header.height == 0)
        return std::nullopt;
    const std::string_view depth = fields.find("format");
    header.is_deep = depth != "uchar";
    header.is_cmyk = fields.find("interpretation") == "cmyk";
    header.has_alpha = header.is_cmyk ? bands > 4 : bands == 2 || bands > 3;
    if (!read_number(fields.find("orientation"), header.orientation) || header.orientation < 1
        || header.orientation > 8)
        header.orientation = 1;
    if (!read_number(fields.find("n-pages"), header.frames) || header.frames == 0)
        header.frames = 1;
    header.has_profile = !fields.find("icc-profile-data").empty();
    header.has_place = !fields.find("exif-ifd3-GPSLatitude").empty();
    return header;
}

} // namespace image
