#include "api_text.hpp"

namespace pixelml {
namespace {

// The length of the UTF-8 character that the text begins with; 0: it begins with none.
std::size_t character_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto lead = byte(0);
    if (lead < 0x80)
        return 1;
    const std::size_t length = lead >= 0xc2 && lead < 0xe0   ? 2
                               : lead >= 0xe0 && lead < 0xf0 ? 3
                               : lead >= 0xf0 && lead < 0xf5 ? 4
                                                             : 0;
    if (length == 0 || text.size() < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0U) != 0x80U)
            return 0;
    const auto second = byte(1);
    const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool surrogate = lead == 0xed && second > 0x9f;
    const bool beyond = lead == 0xf4 && second > 0x8f;
    return overlong || surrogate || beyond ? 0 : length;
}

} // namespace

std::string presentable(std::string_view text, std::size_t max_bytes) {
    constexpr std::string_view replacement = "\xef\xbf\xbd";
    std::string out;
    for (auto rest = text; !rest.empty();) {
        const auto length = character_length(rest);
        auto character = length == 0 ? replacement : rest.substr(0, length);
        const auto first = static_cast<unsigned char>(character[0]);
        // U+0080 to U+009F are control characters too.
        const bool is_c1 = length == 2 && first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
        if (first < 0x20 || first == 0x7f || is_c1)
            character = " ";
        if (out.size() + character.size() > max_bytes)
            return out + "...";
        out += character;
        rest.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

std::string clause(std::string_view text) {
    auto out = presentable(text);
    if (out.ends_with('.') && !out.ends_with("..."))
        out.pop_back();
    return out;
}

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view space = " \t\r\n\f\v";
    const auto begin = text.find_first_not_of(space);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

} // namespace pixelml
