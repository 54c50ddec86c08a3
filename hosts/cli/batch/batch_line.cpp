#include "batch/batch_line.hpp"

#include "journal/module_check.hpp"
#include "text/json_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace cli {

namespace json = boost::json;

namespace {

json::object head_of(std::int64_t line, const std::string& run_key, const char* outcome) {
    json::object head;
    if (line > 0)
        head["line"] = line;
    head["run_key"] = run_key.empty() ? json::value() : json::value(run_key);
    head["outcome"] = outcome;
    return head;
}

BatchLine with_key(const json::object& object) {
    BatchLine line;
    const json::value& key = object.at("run_key");
    const json::value& input = object.at("input");
    if (!key.is_string() || key.get_string().empty() || key.get_string().size() > WFN_MAX_RUN_KEY_BYTES
        || key.get_string().find('\0') != json::string::npos) {
        line.problem = "\"run_key\" is not a text of 1 to 512 bytes";
    } else if (!input.is_object()) {
        line.problem = "\"input\" is not a JSON object";
    } else {
        line.run_key = std::string(key.get_string());
        line.input = json::serialize(input);
    }
    return line;
}

} // namespace

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

BatchLine read_batch_line(const TextLine& text) {
    BatchLine line;
    if (text.too_long) {
        line.problem = "the line is longer than " + std::to_string(LineReader::max_line / 1024) + " KiB";
        return line;
    }
    json::error_code error;
    const json::value parsed = json::parse(text.text, error);
    if (error)
        line.problem = "the line is not JSON: " + error.message();
    else if (!parsed.is_object())
        line.problem = "the line is not a JSON object";
    else if (const json::object& object = parsed.get_object();
             object.size() == 2 && object.contains("run_key") && object.contains("input"))
        return with_key(object);
    else
        line.input = text.text;
    return line;
}

std::string result_line(std::int64_t line, const std::string& run_key, const wfn::Result& result,
                        const std::string& files) {
    std::string object = json::serialize(head_of(line, run_key, wfn::to_string(result.outcome)));
    if (result.succeeded())
        append_member(object, "output", durable::embedded(result.output_json));
    if (!files.empty())
        append_member(object, "files", files);
    if (result.error)
        append_member(object, "error", durable::embedded(result.error->json));
    return object + "\n";
}

std::string problem_line(std::int64_t line, const std::string& run_key, const char* code,
                         const std::string& message, const char* charged) {
    json::object object = head_of(line, run_key, "failed");
    object["error"] = {{"code", code}, {"message", message}, {"retryable", false}, {"charged", charged}};
    return json::serialize(object) + "\n";
}

} // namespace cli
