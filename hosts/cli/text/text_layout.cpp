#include "text/text_layout.hpp"

#include <cstdint>

namespace cli {

namespace {

struct Character {
    std::uint32_t code = 0;
    std::size_t bytes = 1;
    bool valid = false;
};

/* The first character of a text that is not empty. */
Character decode(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) {
        return {lead, 1, true};
    }
    const std::size_t bytes = lead >= 0xF0 && lead <= 0xF4 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
    if (bytes == 0 || lead > 0xF4 || text.size() < bytes) {
        return {};
    }
    std::uint32_t code = lead & (0x7Fu >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xC0) != 0x80) {
            return {};
        }
        code = code << 6 | (byte(i) & 0x3Fu);
    }
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    return {code, bytes, code >= smallest[bytes] && code <= 0x10FFFF && !surrogate};
}

bool is_control(std::uint32_t code) {
    // Also what changes the direction of the text around it.
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029
           || (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

std::size_t columns_of(std::uint32_t code) {
    const auto in = [code](std::uint32_t low, std::uint32_t high) { return code >= low && code <= high; };
    if (in(0x300, 0x36F) || in(0x200B, 0x200F) || in(0x20D0, 0x20FF) || in(0xFE00, 0xFE0F)) {
        return 0;
    }
    const bool wide = in(0x1100, 0x115F) || in(0x2E80, 0xA4CF) || in(0xAC00, 0xD7A3) || in(0xF900, 0xFAFF)
                      || in(0xFE30, 0xFE6F) || in(0xFF00, 0xFF60) || in(0xFFE0, 0xFFE6)
                      || in(0x1F300, 0x1FAFF) || in(0x20000, 0x3FFFD);
    return wide ? 2 : 1;
}

} // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const Character character = decode(text);
        width += character.valid ? columns_of(character.code) : 1;
        text.remove_prefix(character.valid ? character.bytes : 1);
    }
    return width;
}

std::string printable(std::string_view text) {
    std::string shown;
    shown.reserve(text.size());
    while (!text.empty()) {
        const Character character = decode(text);
        if (!character.valid) {
            shown += '?';
            text.remove_prefix(1);
            continue;
        }
        if (is_control(character.code)) {
            shown += ' ';
        } else {
            shown += text.substr(0, character.bytes);
        }
        text.remove_prefix(character.bytes);
    }
    return shown;
}

std::string truncate(std::string_view text, std::size_t columns, bool utf8) {
    if (display_width(text) <= columns) {
        return std::string(text);
    }
    const std::string_view mark = utf8 ? "…" : "...";
    const std::size_t room = columns > display_width(mark) ? columns - display_width(mark) : 0;
    std::string shown;
    std::size_t used = 0;
    while (!text.empty()) {
        const Character character = decode(text);
        const std::size_t bytes = character.valid ? character.bytes : 1;
        used += display_width(text.substr(0, bytes));
        if (used > room) {
            break;
        }
        shown += text.substr(0, bytes);
        text.remove_prefix(bytes);
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
            if (text.front() == '\n') {
                next_line();
            }
            text.remove_prefix(1);
            continue;
        }
        const std::string word = printable(text.substr(0, text.find_first_of(" \n")));
        const std::size_t columns = display_width(word);
        if (!at_line_start && column + 1 + columns > width) {
            next_line();
        }
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
