#include "jobs/camera_motion.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace sandbox {
namespace {

constexpr int default_rotation_degrees = 24;
constexpr std::size_t words_until_direction = 4;
constexpr std::string_view clause_end = ",";
constexpr std::string_view degree_sign = "\xC2\xB0";

enum class Kind { zoom, pull, pan, tilt, rotate, orbit };
enum class Direction { in, out, left, right, up, down, clockwise, counterclockwise };

struct MoveWord {
    std::string_view stem;
    Kind kind;
    // Words with another everyday meaning count only with a direction: "push in", not "push the door".
    bool needs_direction;
};

constexpr std::array<MoveWord, 13> move_words{{{"zoom", Kind::zoom, false},
                                               {"dolly", Kind::zoom, false},
                                               {"push", Kind::zoom, true},
                                               {"pull", Kind::pull, true},
                                               {"pan", Kind::pan, false},
                                               {"truck", Kind::pan, true},
                                               {"tilt", Kind::tilt, false},
                                               {"rotate", Kind::rotate, false},
                                               {"spin", Kind::rotate, false},
                                               {"turntable", Kind::rotate, false},
                                               {"orbit", Kind::orbit, false},
                                               {"circle", Kind::orbit, true},
                                               {"revolve", Kind::orbit, false}}};

struct DirectionWord {
    std::string_view word;
    Direction direction;
};

constexpr std::array<DirectionWord, 29> direction_words{{{"in", Direction::in},
                                                         {"into", Direction::in},
                                                         {"closer", Direction::in},
                                                         {"forward", Direction::in},
                                                         {"forwards", Direction::in},
                                                         {"inward", Direction::in},
                                                         {"inwards", Direction::in},
                                                         {"out", Direction::out},
                                                         {"back", Direction::out},
                                                         {"away", Direction::out},
                                                         {"backward", Direction::out},
                                                         {"backwards", Direction::out},
                                                         {"outward", Direction::out},
                                                         {"outwards", Direction::out},
                                                         {"left", Direction::left},
                                                         {"leftward", Direction::left},
                                                         {"leftwards", Direction::left},
                                                         {"right", Direction::right},
                                                         {"rightward", Direction::right},
                                                         {"rightwards", Direction::right},
                                                         {"clockwise", Direction::clockwise},
                                                         {"counterclockwise", Direction::counterclockwise},
                                                         {"anticlockwise", Direction::counterclockwise},
                                                         {"up", Direction::up},
                                                         {"upward", Direction::up},
                                                         {"upwards", Direction::up},
                                                         {"down", Direction::down},
                                                         {"downward", Direction::down},
                                                         {"downwards", Direction::down}}};

bool is_ascii_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

// Lower-case words; a clause's end is the word ",", a degree sign the word "degrees".
// Bytes of other scripts are part of a word, so that "übspin" is not "spin".
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    const auto finish = [&] {
        if (!word.empty()) {
            words.push_back(std::move(word));
            word.clear();
        }
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (text.substr(i, degree_sign.size()) == degree_sign) {
            finish();
            words.emplace_back("degrees");
            i += degree_sign.size() - 1;
        } else if (is_ascii_letter_or_digit(c)) {
            word.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
        } else if (static_cast<unsigned char>(c) >= 0x80) {
            word.push_back(c);
        } else {
            finish();
            if (std::string_view(",.;:!?\n").find(c) != std::string_view::npos)
                words.emplace_back(clause_end);
        }
    }
    finish();
    return words;
}

// "pan": pan, pans, panned, panning; "rotate": rotates, rotated, rotating, rotation; "dolly": dollies.
bool is_inflection(std::string_view word, std::string_view stem) {
    const auto is = [&](std::string_view base, std::string_view ending) {
        return word.size() == base.size() + ending.size() && word.starts_with(base) && word.ends_with(ending);
    };
    const std::string_view without_last = stem.substr(0, stem.size() - 1);
    if (stem.back() == 'e') {
        return is(stem, "") || is(stem, "s") || is(stem, "d") || is(without_last, "ing")
               || is(without_last, "ion") || is(without_last, "ions");
    }
    if (stem.back() == 'y')
        return is(stem, "") || is(stem, "ing") || is(without_last, "ies") || is(without_last, "ied");
    const std::string doubled = std::string(stem) + stem.back();
    return is(stem, "") || is(stem, "s") || is(stem, "es") || is(stem, "ed") || is(stem, "ing")
           || is(doubled, "ed") || is(doubled, "ing");
}

const MoveWord* find_move_word(std::string_view word) {
    const auto* const found = std::ranges::find_if(
        move_words, [&](const MoveWord& move) { return is_inflection(word, move.stem); });
    return found == move_words.end() ? nullptr : found;
}

std::optional<Direction> find_direction(std::string_view word) {
    const auto* const found = std::ranges::find(direction_words, word, &DirectionWord::word);
    if (found == direction_words.end())
        return std::nullopt;
    return found->direction;
}

// "Pan left in the morning": "in" says nothing about a pan.
bool applies(Kind kind, Direction direction) {
    const bool depth = direction == Direction::in || direction == Direction::out;
    const bool vertical = direction == Direction::up || direction == Direction::down;
    switch (kind) {
    case Kind::zoom:
    case Kind::pull:
        return depth;
    case Kind::pan:
    case Kind::tilt:
        return !depth && direction != Direction::clockwise && direction != Direction::counterclockwise;
    case Kind::rotate:
    case Kind::orbit:
        return !depth && !vertical;
    }
    return false;
}

std::optional<Direction> direction_at(const std::vector<std::string>& words, std::size_t index, Kind kind) {
    if (words[index] == "clockwise" && index > 0
        && (words[index - 1] == "counter" || words[index - 1] == "anti")) {
        return applies(kind, Direction::counterclockwise) ? std::optional(Direction::counterclockwise)
                                                          : std::nullopt;
    }
    const auto direction = find_direction(words[index]);
    if (!direction || !applies(kind, *direction))
        return std::nullopt;
    return direction;
}

std::optional<Direction> direction_of(const std::vector<std::string>& words, std::size_t move, Kind kind) {
    const std::size_t end = std::min(words.size(), move + 1 + words_until_direction);
    for (std::size_t i = move + 1; i < end && words[i] != clause_end && !find_move_word(words[i]); ++i) {
        const auto direction = direction_at(words, i, kind);
        if (!direction)
            continue;
        // "left to right" goes right.
        if (i + 2 < words.size() && words[i + 1] == "to")
            return direction_at(words, i + 2, kind).value_or(*direction);
        return direction;
    }
    return move > 0 ? direction_at(words, move - 1, kind) : std::nullopt;
}

std::optional<int> degrees_in(const std::vector<std::string>& words) {
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (words[i] != "degrees" && words[i] != "degree" && words[i] != "deg")
            continue;
        const std::string& number = words[i - 1];
        int degrees = 0;
        const auto [rest, error] = std::from_chars(number.data(), number.data() + number.size(), degrees);
        if (error == std::errc() && rest == number.data() + number.size() && degrees > 0)
            return std::clamp(degrees, 5, 360);
    }
    return std::nullopt;
}

Motion motion_for(Kind kind, std::optional<Direction> direction) {
    const bool leftward = direction == Direction::left || direction == Direction::counterclockwise;
    switch (kind) {
    case Kind::zoom:
        return direction == Direction::out ? Motion::zoom_out : Motion::zoom_in;
    case Kind::pull:
        return direction == Direction::in ? Motion::zoom_in : Motion::zoom_out;
    case Kind::pan:
    case Kind::tilt:
        switch (direction.value_or(kind == Kind::pan ? Direction::right : Direction::up)) {
        case Direction::left:
            return Motion::pan_left;
        case Direction::right:
            return Motion::pan_right;
        case Direction::down:
            return Motion::tilt_down;
        default:
            return Motion::tilt_up;
        }
    case Kind::rotate:
        return leftward ? Motion::rotate_counterclockwise : Motion::rotate_clockwise;
    case Kind::orbit:
        return leftward ? Motion::orbit_left : Motion::orbit_right;
    }
    return Motion::zoom_in;
}

} // namespace

CameraMove choose_camera_move(std::string_view prompt) {
    const std::vector<std::string> words = words_of(prompt);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const MoveWord* const move = find_move_word(words[i]);
        if (!move)
            continue;
        const auto direction = direction_of(words, i, move->kind);
        if (move->needs_direction && !direction)
            continue;
        const bool rotates = move->kind == Kind::rotate;
        return {motion_for(move->kind, direction),
                rotates ? degrees_in(words).value_or(default_rotation_degrees) : 0, true};
    }
    return {};
}

std::string_view motion_name(Motion motion) {
    switch (motion) {
    case Motion::zoom_in:
        return "zoom_in";
    case Motion::zoom_out:
        return "zoom_out";
    case Motion::pan_left:
        return "pan_left";
    case Motion::pan_right:
        return "pan_right";
    case Motion::tilt_up:
        return "tilt_up";
    case Motion::tilt_down:
        return "tilt_down";
    case Motion::rotate_clockwise:
        return "rotate_clockwise";
    case Motion::rotate_counterclockwise:
        return "rotate_counterclockwise";
    case Motion::orbit_left:
        return "orbit_left";
    case Motion::orbit_right:
        return "orbit_right";
    }
    return "";
}

} // namespace sandbox
