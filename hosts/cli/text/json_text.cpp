#include "text/json_text.hpp"

#include <boost/json/parse.hpp>

#include <utility>

namespace cli {

namespace json = boost::json;

json::value parse_or_null(std::string_view json_text) {
    json::error_code error;
    json::value parsed = json::parse({json_text.data(), json_text.size()}, error);
    return error ? json::value() : parsed;
}

std::string text_member(const json::object& object, std::string_view name) {
    const json::value* found = object.if_contains({name.data(), name.size()});
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : "";
}

void append_member(std::string& object, std::string_view name, std::string_view value) {
    object.back() = ',';
    object.append("\"").append(name).append("\":").append(value).append("}");
}

std::vector<std::string> warning_messages(std::string_view warnings_json) {
    std::vector<std::string> messages;
    const json::value warnings = parse_or_null(warnings_json);
    if (!warnings.is_array())
        return messages;
    for (const json::value& warning : warnings.get_array()) {
        std::string message = warning.is_object() ? text_member(warning.get_object(), "message") : "";
        if (!message.empty())
            messages.push_back(std::move(message));
    }
    return messages;
}

} // namespace cli
