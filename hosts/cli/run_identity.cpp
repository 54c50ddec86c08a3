#include "run_identity.hpp"

#include "random_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <vector>

namespace cli {

namespace json = boost::json;

namespace {

json::value sorted(const json::value& value) {
    if (const json::array* array = value.if_array()) {
        json::array all;
        for (const json::value& element : *array) {
            all.push_back(sorted(element));
        }
        return all;
    }
    const json::object* object = value.if_object();
    if (object == nullptr) {
        return value;
    }
    std::vector<json::string_view> names;
    for (const auto& member : *object) {
        names.push_back(member.key());
    }
    std::sort(names.begin(), names.end());
    json::object all;
    for (const json::string_view name : names) {
        all.emplace(name, sorted(object->at(name)));
    }
    return all;
}

bool has_string(const json::value& value, std::string_view text) {
    if (const json::string* string = value.if_string()) {
        return std::string_view(string->data(), string->size()) == text;
    }
    if (const json::array* array = value.if_array()) {
        return std::any_of(array->begin(), array->end(),
                           [&](const json::value& element) { return has_string(element, text); });
    }
    const json::object* object = value.if_object();
    return object != nullptr && std::any_of(object->begin(), object->end(), [&](const auto& member) {
               return has_string(member.value(), text);
           });
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

std::string batch_run_key(const std::string& batch, std::int64_t line, std::string_view action,
                          std::string_view input_json) {
    const std::string content = std::string(action) + "\n" + canonical_input(input_json);
    return batch + ":" + std::to_string(line) + ":" + hex_text(hash_text(content));
}

bool checkpoint_names_job(std::string_view checkpoint_json, std::string_view job_id) {
    json::error_code error;
    const json::value parsed = json::parse({checkpoint_json.data(), checkpoint_json.size()}, error);
    return !error && !job_id.empty() && has_string(parsed, job_id);
}

} // namespace cli
