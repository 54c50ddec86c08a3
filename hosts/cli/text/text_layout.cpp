#include "text/text_layout.hpp"

#include <utf8proc.h>

#include <algorithm>

namespace cli {

namespace {

struct Character {
    utf8proc_int32_t code = 0;
    std::size_t bytes = 1;
    bool valid = false;
};

// The first character of a text that is not empty. What is not UTF-8 is taken byte by byte.
Character decode(std::string_view text) {
    utf8proc_int32_t code = 0;
    const utf8proc_ssize_t bytes =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                         static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text.size(), 4)), &code);
    if (bytes <= 0)
        return {};
    return {code, static_cast<std::size_t>(bytes), true};
}

bool is_control(utf8proc_int32_t code) {
    const utf8proc_category_t category = utf8proc_category(code);
    // Also what changes the direction of the text around it.
    return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_ZL
           || category == UTF8PROC_CATEGORY_ZP || (code >= 0x202A && code <= 0x202E)
           || (code >= 0x2066 && code <= 0x2069);
}

// As printable() shows it.
std::size_t columns_of(const Character& character) {
    const bool shown_as_one = !character.valid || is_control(character.code);
    return shown_as_one ? 1 : static_cast<std::size_t>(utf8proc_charwidth(character.code));
}

} // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const Character character = decode(text);
        width += columns_of(character);
        text.remove_prefix(character.bytes);
    }
    return width;
}

std::string printable(std::string_view text) {
    std::string shown;
    shown.reserve(text.size());
    while (!text.empty()) {
        const Character character = decode(text);
        if (!character.valid)
            shown += '?';
        else if (is_control(character.code))
            shown += ' ';
        else
            shown += text.substr(0, character.bytes);
        text.remove_prefix(character.bytes);
    }
    return shown;
}

std::string truncate(std::string_view text, std::size_t columns, bool utf8) {
    if (display_width(text) <= columns)
        return std::string(text);
    const std::string_view mark = utf8 ? "…" : "...";
    const std::size_t room = columns > display_width(mark) ? columns - display_width(mark) : 0;
    std::string shown;
    std::size_t used = 0;
    while (!text.empty()) {
        const Character character = decode(text);
        used += columns_of(character);
        if (used > room)
            break;
        shown += text.substr(0, character.bytes);
        text.remove_prefix(character.bytes);
    }
    return room == 0 ? std::string(columns, '.') : shown + std::string(mark);
}

std::string wrap(std::string_view first, std::string_view text, std::size_t width) {
    const std::string indent(display_width(first), ' ');
    std::string out(first);
    std::size_t column = indent.size();
    bool at_line_start = true;
    const auto next_line = [&] {
        out.erase(out.find_last_not_of(' ') + 1);
        out += '\n';
        out += indent;
        column = indent.size();
        at_line_start = true;
    };
    while (!text.empty()) {
        if (text.front() == ' ' || text.front() == '\n') {
            if (text.front() == '\n')
                next_line();
            text.remove_prefix(1);
            continue;
        }
        const std::string word = printable(text.substr(0, text.find_first_of(" \n")));
        const std::size_t columns = display_width(word);
        if (!at_line_start && column + 1 + columns > width)
            next_line();
        if (!at_line_start) {
            out += ' ';
            ++column;
        }
        out += word;
        column += columns;
        at_line_start = false;
        text.remove_prefix(std::min(text.find_first_of(" \n"), text.size()));
    }
    out.erase(out.find_last_not_of(' ') + 1);
    return out + '\n';
}

std::string pad(std::string_view text, std::size_t columns) {
    const std::size_t width = display_width(text);
    return std::string(text) + std::string(width < columns ? columns - width : 0, ' ');
}

} // namespace cli
