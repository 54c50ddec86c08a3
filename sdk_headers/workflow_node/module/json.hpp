/*
 * workflow_node/module/json.hpp: enough JSON for a module without a JSON library of its own. It reads values
 * in the text where they are, writes strings, and checks the top level of an object against a schema.
 */
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <locale>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace wfn {

/* Something that is wrong with an input, for wfn_error.details_json. */
struct Problem {
    std::string path; /* JSON pointer, e.g. "/image" */
    std::string message;
};

#pragma GCC visibility push(hidden)
namespace sdk {

/* The bytes of the UTF-8 character at the start of the text; 0: it is none. */
inline std::size_t utf8_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) {
        return static_cast<unsigned char>(i < text.size() ? text[i] : 0);
    };
    const unsigned first = byte(0);
    const std::size_t length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0U) != 0x80)
            return 0;
    if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F)
        || (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F) || first > 0xF4)
        return 0;
    return text.empty() ? 0 : length;
}

/* Goes over one JSON value as RFC 8259 has it. Each function leaves `left` behind what it took, or says
 * false. */
struct JsonScan {
    std::string_view left;

    char head() const noexcept { return left.empty() ? '\0' : left.front(); }
    bool take(char c) noexcept {
        if (head() != c || left.empty())
            return false;
        left.remove_prefix(1);
        return true;
    }
    void space() noexcept {
        while (!left.empty() && std::strchr(" \t\r\n", head()) != nullptr && head() != '\0')
            left.remove_prefix(1);
    }
    bool word(std::string_view word) noexcept {
        if (left.substr(0, word.size()) != word)
            return false;
        left.remove_prefix(word.size());
        return true;
    }
    bool digits() noexcept {
        const std::size_t before = left.size();
        while (head() >= '0' && head() <= '9')
            left.remove_prefix(1);
        return left.size() < before;
    }
    bool number() noexcept {
        take('-');
        if (!take('0') && !digits())
            return false;
        if (take('.') && !digits())
            return false;
        return !(take('e') || take('E')) || ((take('+') || take('-') || true) && digits());
    }
    bool string() noexcept {
        if (!take('"'))
            return false;
        while (!take('"')) {
            if (take('\\')) {
                if (take('u')) {
                    for (int i = 0; i < 4; ++i, left.remove_prefix(1))
                        if (head() == '\0' || std::strchr("0123456789abcdefABCDEF", head()) == nullptr)
                            return false;
                } else if (head() == '\0' || std::strchr("\"\\/bfnrt", head()) == nullptr) {
                    return false;
                } else {
                    left.remove_prefix(1);
                }
                continue;
            }
            const std::size_t length = utf8_length(left);
            if (length == 0 || static_cast<unsigned char>(head()) < 0x20)
                return false;
            left.remove_prefix(length);
        }
        return true;
    }
    bool list(char close, int depth) noexcept {
        space();
        if (take(close))
            return true;
        do {
            space();
            if (close == '}') {
                if (!string())
                    return false;
                space();
                if (!take(':'))
                    return false;
            }
            if (!value(depth - 1))
                return false;
            space();
        } while (take(','));
        return take(close);
    }
    bool value(int depth) noexcept {
        space();
        switch (head()) {
        case '{':
        case '[':
            return depth > 0 && (take('{') ? list('}', depth) : take('[') && list(']', depth));
        case '"':
            return string();
        case 't':
            return word("true");
        case 'f':
            return word("false");
        case 'n':
            return word("null");
        default:
            return number();
        }
    }
};

std::string plain(std::string text);

inline void append_utf8(std::string& to, unsigned code) {
    const auto add = [&](unsigned byte) { to += static_cast<char>(byte); };
    if (code < 0x80)
        return add(code);
    if (code < 0x800) {
        add(0xC0U | (code >> 6U));
    } else if (code < 0x10000) {
        add(0xE0U | (code >> 12U));
        add(0x80U | ((code >> 6U) & 0x3FU));
    } else {
        add(0xF0U | (code >> 18U));
        add(0x80U | ((code >> 12U) & 0x3FU));
        add(0x80U | ((code >> 6U) & 0x3FU));
    }
    add(0x80U | (code & 0x3FU));
}

} // namespace sdk
#pragma GCC visibility pop

/*
 * One JSON value inside a text. It does not own the text, which must outlive it. A value that is not there,
 * or is of another type, is read as what is given for that case, so that members can be looked up without
 * checks.
 */
class Json {
public:
    enum class Type { none, null, boolean, number, string, array, object };

    Json() = default;
    /* none: the text is not exactly one JSON value, or nests deeper than 64. */
    static Json parse(std::string_view text) noexcept {
        sdk::JsonScan scan{text};
        scan.space();
        const std::string_view begin = scan.left;
        if (!scan.value(64))
            return {};
        const Json found(begin.substr(0, begin.size() - scan.left.size()));
        scan.space();
        return scan.left.empty() ? found : Json();
    }

    Type type() const noexcept {
        switch (raw_.empty() ? '\0' : raw_.front()) {
        case '\0':
            return Type::none;
        case '{':
            return Type::object;
        case '[':
            return Type::array;
        case '"':
            return Type::string;
        case 't':
        case 'f':
            return Type::boolean;
        case 'n':
            return Type::null;
        default:
            return Type::number;
        }
    }
    explicit operator bool() const noexcept { return !raw_.empty(); }
    /* The value's own text, e.g. for another JSON library. */
    std::string_view raw() const noexcept { return raw_; }

    /* The member of an object; none: there is no such member. Of two with one name the last counts. */
    Json operator[](std::string_view name) const {
        Json found;
        each([&](const std::string& other, Json value) {
            if (other == name)
                found = value;
        });
        return found;
    }
    /* function(name, value) for each member of an object or, with an empty name, element of an array. */
    template <class Function>
    void each(Function function) const {
        if (type() != Type::object && type() != Type::array)
            return;
        sdk::JsonScan scan{raw_.substr(1)};
        for (scan.space(); scan.head() != '}' && scan.head() != ']'; scan.space()) {
            std::string name;
            if (type() == Type::object) {
                name = take(scan, &sdk::JsonScan::string).text();
                scan.space();
                scan.take(':');
                scan.space();
            }
            function(name, take(scan, [](sdk::JsonScan& s) { return s.value(64); }));
            scan.space();
            scan.take(',');
        }
    }
    std::string text(std::string otherwise = {}) const;
    bool boolean(bool otherwise = false) const noexcept {
        return type() == Type::boolean ? raw_.front() == 't' : otherwise;
    }
    double number(double otherwise = 0) const {
        if (type() != Type::number)
            return otherwise;
        std::istringstream in{std::string(raw_)};
        in.imbue(std::locale::classic()); /* the host's locale may write 1,5 */
        double value = otherwise;
        in >> value;
        return value;
    }
    /* A number that is whole, also 1.0 and 1e3; another one is read as `otherwise`. */
    std::int64_t integer(std::int64_t otherwise = 0) const {
        const double value = number(std::nan(""));
        return std::abs(value) < 9e15 && std::floor(value) == value ? static_cast<std::int64_t>(value)
                                                                    : otherwise;
    }

private:
    explicit Json(std::string_view raw) : raw_(raw) {}

    template <class Step>
    static Json take(sdk::JsonScan& scan, Step step) {
        const std::string_view begin = scan.left;
        std::invoke(step, scan);
        return Json(begin.substr(0, begin.size() - scan.left.size()));
    }

    std::string_view raw_;
};

inline std::string Json::text(std::string otherwise) const {
    if (type() != Type::string)
        return otherwise;
    std::string text;
    const std::string_view body = raw_.substr(1, raw_.size() - 2);
    const auto unit = [&](std::size_t at) {
        return static_cast<unsigned>(std::stoul(std::string(body.substr(at, 4)), nullptr, 16));
    };
    for (std::size_t i = 0; i < body.size(); ++i) {
        if (body[i] != '\\') {
            text += body[i];
        } else if (body[++i] != 'u') {
            constexpr std::string_view names = "bfnrt";
            const std::size_t known = names.find(body[i]);
            text += known == std::string_view::npos ? body[i] : "\b\f\n\r\t"[known];
        } else {
            unsigned code = unit(i + 1);
            i += 4;
            if (code >= 0xD800 && code < 0xDC00 && body.substr(i + 1, 2) == "\\u" && unit(i + 3) >= 0xDC00
                && unit(i + 3) < 0xE000) {
                code = 0x10000 + ((code - 0xD800) << 10U) + (unit(i + 3) - 0xDC00);
                i += 6;
            }
            sdk::append_utf8(text, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
        }
    }
    return text;
}

/* The text as node.h's strings have to be. */
inline std::string sdk::plain(std::string text) {
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = text[i] == '\0' ? 0 : utf8_length(std::string_view(text).substr(i));
        if (length == 0)
            text[i] = '?';
        i += length == 0 ? 1 : length;
    }
    return text;
}

/* The text as a JSON string, in quotes. Bytes that are no UTF-8 become U+FFFD. */
inline std::string json_string(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const std::size_t length = sdk::utf8_length(text);
        const unsigned char c = static_cast<unsigned char>(text.front());
        if (length == 0) {
            out += "\xEF\xBF\xBD";
        } else if (c == '"' || c == '\\') {
            (out += '\\') += text.front();
        } else if (c < 0x20) {
            constexpr const char* hex = "0123456789abcdef";
            ((out += "\\u00") += hex[c >> 4U]) += hex[c & 15U];
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out += '"';
}

} // namespace wfn
