#include "text/json_text.hpp"

#include <boost/json/parse.hpp>

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

} // namespace cli
