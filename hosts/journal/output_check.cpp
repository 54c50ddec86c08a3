#include "journal/output_check.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace durable {

namespace json = boost::json;

std::optional<json::value> parse_module_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = 512;
    json::error_code error;
    json::value parsed = json::parse({text.data(), text.size()}, error, {}, options);
    return error ? std::nullopt : std::optional(std::move(parsed));
}

json::value embedded(std::string_view text) {
    std::optional<json::value> parsed = parse_module_json(text);
    return parsed ? *std::move(parsed) : json::value(json::string_view(text.data(), text.size()));
}

bool check_output(wfn::Result& result) {
    if (!result.succeeded() || parse_module_json(result.output_json))
        return false;
    wfn::Error error;
    error.code = "malformed_output";
    error.type = "Malformed Output";
    error.message = "The module reported success, but its output is not JSON.";
    error.solution = "Report this to the module's author.";
    error.json = json::serialize(json::object{{"code", error.code},
                                              {"type", error.type},
                                              {"message", error.message},
                                              {"cause", nullptr},
                                              {"solution", error.solution},
                                              {"retryable", false},
                                              {"charged", "unknown"}});
    result.outcome = wfn::Outcome::failed;
    result.output_json.clear();
    result.error = std::move(error);
    return true;
}

} // namespace durable
