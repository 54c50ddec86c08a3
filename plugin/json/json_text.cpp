#include "json/json_text.hpp"

#include "base/plain_text.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace job_engine {
namespace {

namespace json = boost::json;
using boost::system::error_code;

// Looks for a key that appears twice in one object, and stops there.
struct DuplicateKeyFinder {
    static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_array_size = max_object_size;
    static constexpr std::size_t max_key_size = max_object_size;
    static constexpr std::size_t max_string_size = max_object_size;

    std::vector<std::string> keys;         // of all open objects, the innermost last
    std::vector<std::size_t> open_objects; // where the keys of each begin
    std::string partial_key;
    std::string duplicate;
    bool found = false;

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) {
        open_objects.push_back(keys.size());
        return true;
    }
    bool on_object_end(std::size_t, error_code& ec) {
        const auto begin = keys.begin() + static_cast<std::ptrdiff_t>(open_objects.back());
        std::sort(begin, keys.end());
        const auto twin = std::adjacent_find(begin, keys.end());
        if (twin != keys.end()) {
            duplicate = *twin;
            found = true;
            ec = json::error::syntax;
            return false;
        }
        keys.erase(begin, keys.end());
        open_objects.pop_back();
        return true;
    }
    bool on_array_begin(error_code&) { return true; }
    bool on_array_end(std::size_t, error_code&) { return true; }
    bool on_key_part(json::string_view part, std::size_t, error_code&) {
        partial_key.append(part.data(), part.size());
        return true;
    }
    bool on_key(json::string_view part, std::size_t, error_code&) {
        partial_key.append(part.data(), part.size());
        keys.push_back(std::exchange(partial_key, {}));
        return true;
    }
    bool on_string_part(json::string_view, std::size_t, error_code&) { return true; }
    bool on_string(json::string_view, std::size_t, error_code&) { return true; }
    bool on_number_part(json::string_view, error_code&) { return true; }
    bool on_int64(std::int64_t, json::string_view, error_code&) { return true; }
    bool on_uint64(std::uint64_t, json::string_view, error_code&) { return true; }
    bool on_double(double, json::string_view, error_code&) { return true; }
    bool on_bool(bool, error_code&) { return true; }
    bool on_null(error_code&) { return true; }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }
};

std::string reason(const error_code& ec) {
    if (ec == json::error::too_deep)
        return "it is nested more than 32 levels deep";
    if (ec == json::error::incomplete)
        return "it ends too early";
    if (ec == json::error::extra_data)
        return "something follows the JSON text";
    return ec.message();
}

// Boost.JSON calls it a syntax error where no second half follows the first: the text tells.
bool is_half_a_surrogate(const error_code& ec, std::string_view read) {
    if (ec == json::error::illegal_leading_surrogate || ec == json::error::illegal_trailing_surrogate
        || ec == json::error::expected_utf16_escape)
        return true;
    constexpr std::size_t escape_length = 6; // \ud83c as text
    if (ec != json::error::syntax || read.size() < escape_length)
        return false;
    const auto escape = read.substr(read.size() - escape_length);
    return escape.starts_with("\\u") && (escape[2] == 'd' || escape[2] == 'D')
           && std::string_view("89abAB").find(escape[3]) != std::string_view::npos;
}

// Makes whole numbers integers; gives the number of members of all objects.
std::size_t normalize(json::value& value) {
    std::size_t members = 0;
    if (auto* number = value.if_double()) {
        constexpr double limit = 9007199254740992.0; // 2^53: up to here a double is exact
        if (std::abs(*number) <= limit && std::trunc(*number) == *number)
            value = static_cast<std::int64_t>(*number);
    } else if (auto* array = value.if_array()) {
        for (auto& element : *array)
            members += normalize(element);
    } else if (auto* object = value.if_object()) {
        members = object->size();
        for (auto& member : *object)
            members += normalize(member.value());
    }
    return members;
}

bool is_escaped(std::string_view text, std::size_t at) {
    const auto before = text.substr(0, at);
    const auto last_other = before.find_last_not_of('\\');
    const auto backslashes = before.size() - (last_other == std::string_view::npos ? 0 : last_other + 1);
    return backslashes % 2 == 1;
}

// The number of keys in a text that is valid JSON: of the strings that a colon follows.
std::size_t count_keys(std::string_view text) {
    std::size_t keys = 0;
    for (auto at = text.find('"'); at < text.size(); at = text.find('"', at)) {
        do
            at = text.find('"', at + 1);
        while (is_escaped(text, at));
        do
            ++at;
        while (at < text.size() && std::string_view(" \t\r\n").find(text[at]) != std::string_view::npos);
        if (at < text.size() && text[at] == ':')
            ++keys;
    }
    return keys;
}

// Why parse_json does not take a text, where its own parser has a reason or there is a duplicate key.
std::optional<JsonFault> fault_of(std::string_view text) {
    error_code ec;
    json::basic_parser<DuplicateKeyFinder> finder{json::parse_options{}};
    const auto consumed = finder.write_some(false, text.data(), text.size(), ec);
    if (!ec && consumed < text.size())
        ec = json::error::extra_data;
    if (finder.handler().found)
        return JsonFault{"the key \"" + plain_text(finder.handler().duplicate, 64)
                         + "\" appears twice in one object"};
    if (is_half_a_surrogate(ec, text.substr(0, consumed)) && !finder.handler().keys.empty())
        return JsonFault{"it is not valid JSON: \"" + plain_text(finder.handler().keys.back(), 64)
                         + "\" has half of a character, as cutting a text leaves it (a lone surrogate, byte "
                         + std::to_string(consumed) + ")"};
    if (ec)
        return JsonFault{"it is not valid JSON: " + reason(ec) + " (byte " + std::to_string(consumed) + ")"};
    return std::nullopt;
}

} // namespace

boost::system::result<json::value, JsonFault> parse_json(std::string_view text, json::storage_ptr storage) {
    if (text.size() > max_json_bytes)
        return JsonFault{"it is larger than 1 MiB"};

    error_code ec;
    auto value = json::parse(text, ec, std::move(storage));
    // Fewer members than keys: json::value has kept the last of two equal ones without a word.
    if (ec || normalize(value) != count_keys(text))
        return fault_of(text).value_or(JsonFault{"it is not valid JSON: " + reason(ec)});
    return value;
}

} // namespace job_engine
