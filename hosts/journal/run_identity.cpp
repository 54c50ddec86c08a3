#include "journal/run_identity.hpp"

#include "journal/random_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace durable {

namespace json = boost::json;

namespace {

json::value sorted(const json::value& value) {
    if (const json::array* array = value.if_array()) {
        json::array all;
        for (const json::value& element : *array)
            all.push_back(sorted(element));
        return all;
    }
    const json::object* object = value.if_object();
    if (object == nullptr)
        return value;
    std::vector<json::string_view> names;
    for (const auto& member : *object)
        names.push_back(member.key());
    std::sort(names.begin(), names.end());
    json::object all;
    for (const json::string_view name : names)
        all.emplace(name, sorted(object->at(name)));
    return all;
}

std::uint64_t content_hash(std::string_view action, std::string_view input_json) {
    return hash_text(std::string(action) + "\n" + canonical_input(input_json));
}

// The whole text as a number in the base, or nullopt.
template <class Number>
std::optional<Number> number_in(std::string_view text, int base) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

} // namespace

std::string canonical_input(std::string_view input_json) {
    json::error_code error;
    const json::value parsed = json::parse({input_json.data(), input_json.size()}, error);
    return error ? std::string(input_json) : json::serialize(sorted(parsed));
}

std::string new_run_key() {
    return "run-" + hex_text(random_bits());
}

void BatchKeys::known(std::string_view run_key) {
    constexpr std::size_t digits = 16;
    const std::size_t head = batch_.size() + 1;
    const std::size_t colon = run_key.rfind(':');
    if (run_key.size() <= head || run_key.substr(0, batch_.size()) != batch_ || run_key[batch_.size()] != ':'
        || colon < head || run_key.size() - colon - 1 != digits)
        return; // a key of today, or one that the line itself gave
    const auto line = number_in<std::int64_t>(run_key.substr(head, colon - head), 10);
    const auto hash = number_in<std::uint64_t>(run_key.substr(colon + 1), 16);
    if (line && hash) {
        std::vector<std::int64_t>& lines = numbered_[*hash];
        lines.insert(std::upper_bound(lines.begin(), lines.end(), *line), *line); // mostly at the end
    }
}

std::string BatchKeys::next_key(std::string_view action, std::string_view input_json) {
    const std::uint64_t hash = content_hash(action, input_json);
    const std::int64_t ordinal = ++seen_[hash];
    const auto old = numbered_.find(hash);
    if (old != numbered_.end() && ordinal <= static_cast<std::int64_t>(old->second.size())) {
        const std::int64_t line = old->second[static_cast<std::size_t>(ordinal - 1)];
        return batch_ + ":" + std::to_string(line) + ":" + hex_text(hash);
    }
    return batch_ + ":" + hex_text(hash) + "-" + std::to_string(ordinal);
}

} // namespace durable
