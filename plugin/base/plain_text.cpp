#include "base/plain_text.hpp"

#include <algorithm>
#include <array>

namespace job_engine {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD

// The length of the character that begins here, 0: it is no valid UTF-8.
std::size_t character_length(std::string_view text) noexcept {
    const auto byte = [text](std::size_t at) {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    const auto continues = [&](std::size_t at) { return (byte(at) & 0xC0U) == 0x80U; };
    const auto first = byte(0);
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return continues(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        // No detours (E0 80..9F) and no halves of a surrogate pair (ED A0..BF).
        const bool allowed = !(first == 0xE0 && byte(1) < 0xA0) && !(first == 0xED && byte(1) > 0x9F);
        return allowed && continues(1) && continues(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool allowed = !(first == 0xF0 && byte(1) < 0x90) && !(first == 0xF4 && byte(1) > 0x8F);
        return allowed && continues(1) && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

// Also those of Latin-1, and the line and paragraph separators: some viewers begin a line there.
bool is_control(std::string_view character) noexcept {
    if (character.size() == 1)
        return static_cast<unsigned char>(character[0]) < 0x20 || character[0] == 0x7F;
    if (character.size() == 2)
        return character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0;
    return character == "\xE2\x80\xA8" || character == "\xE2\x80\xA9";
}

bool is_printable(char c) noexcept {
    return c >= 0x20 && c < 0x7F;
}

// A no-break space, a zero-width space and a byte order mark come from web pages and files.
constexpr std::array<std::string_view, 9> white_space{" ",  "\t",       "\r",           "\n",          "\v",
                                                      "\f", "\xC2\xA0", "\xE2\x80\x8B", "\xEF\xBB\xBF"};

} // namespace

bool is_printable_ascii(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return is_printable(c); });
}

std::string plain_text(std::string_view text, std::size_t max_bytes) {
    if (text.size() <= max_bytes && is_printable_ascii(text))
        return std::string(text);
    std::string out;
    out.reserve(text.size() < max_bytes ? text.size() : max_bytes);
    while (!text.empty()) {
        const auto length = character_length(text);
        auto character = length == 0 ? replacement : text.substr(0, length);
        if (is_control(character))
            character = " ";
        if (character.size() > max_bytes - out.size())
            return out + "...";
        out += character;
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

std::string_view trimmed(std::string_view text) noexcept {
    const auto may_be_space = [](char c) { return c == ' ' || !is_printable(c); };
    for (bool again = true; again;) {
        if (text.empty() || (!may_be_space(text.front()) && !may_be_space(text.back())))
            return text;
        again = false;
        for (const auto space : white_space) {
            if (text.starts_with(space)) {
                text.remove_prefix(space.size());
                again = true;
            }
            if (text.ends_with(space)) {
                text.remove_suffix(space.size());
                again = true;
            }
        }
    }
    return text;
}

} // namespace job_engine
