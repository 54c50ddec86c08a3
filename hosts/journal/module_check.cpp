#include "journal/module_check.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace durable {

namespace json = boost::json;

namespace {

const char report_it[] = "Report this to the module's author; \"workflow-node check\" tests the module.";

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value() : json::value(text);
}

json::value number_or_null(std::int64_t number, bool known) {
    return known ? json::value(number) : json::value();
}

std::string json_of(const wfn::Error& error) {
    const auto details = parse_module_json(error.details_json);
    return json::serialize(
        json::object{{"type", error.type},
                     {"code", error.code},
                     {"message", error.message},
                     {"cause", text_or_null(error.cause)},
                     {"solution", text_or_null(error.solution)},
                     {"retryable", error.retryable},
                     {"retry_after_ms", number_or_null(error.retry_after ? error.retry_after->count() : 0,
                                                       error.retry_after.has_value())},
                     {"charged", wfn::to_string(error.charged)},
                     {"http_status", number_or_null(error.http_status, error.http_status != 0)},
                     {"request_id", text_or_null(error.request_id)},
                     {"job_id", text_or_null(error.job_id)},
                     {"details", details && details->is_array() ? *details : json::value(json::array())}});
}

void fill_in(wfn::Error& error) {
    if (error.code.empty())
        error.code = "malformed_error";
    if (error.type.empty())
        error.type = error.code == "malformed_error" ? "Malformed Error" : error.code;
    if (error.message.empty())
        error.message = "The module reported an error without saying what happened.";
    if (error.solution.empty())
        error.solution = report_it;
    const auto whole = parse_module_json(error.json);
    if (!whole || !whole->is_object())
        error.json = json_of(error);
}

void fail(wfn::Result& result, const char* code, const char* type, const std::string& message) {
    wfn::Error error;
    error.code = code;
    error.type = type;
    error.message = message;
    error.solution = report_it;
    error.json = json_of(error);
    result.outcome = wfn::Outcome::failed;
    result.output_json.clear();
    result.error = std::move(error);
}

bool is_known(wfn::Outcome outcome) {
    return outcome >= wfn::Outcome::succeeded && outcome <= wfn::Outcome::suspended;
}

// Whether the result says how the run ended. If not, it becomes a failure that says so.
bool check_outcome(wfn::Result& result) {
    if (!is_known(result.outcome)) {
        fail(result, "malformed_result", "Malformed Result",
             "The module ended the run with the outcome " + std::to_string(static_cast<int>(result.outcome))
                 + ", which does not exist.");
        return false;
    }
    if (result.succeeded()) {
        const std::string fault = result.output_json.empty()               ? "it gave no output"
                                  : result.output_json.size() > max_output ? "its output has more than 64 MiB"
                                  : parse_module_json(result.output_json)  ? ""
                                                                           : "its output is not JSON";
        if (fault.empty())
            return true;
        fail(result, "malformed_output", "Malformed Output",
             "The module reported success, but " + fault + ".");
        return false;
    }
    if (result.outcome != wfn::Outcome::suspended && !result.error) {
        fail(result, "malformed_result", "Malformed Result",
             "The module reported that the run "
                 + std::string(result.outcome == wfn::Outcome::failed ? "failed" : "was cancelled")
                 + ", but not why.");
        return false;
    }
    return true;
}

} // namespace

std::optional<json::value> parse_module_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = 512;
    json::error_code error;
    json::value parsed = json::parse({text.data(), text.size()}, error, {}, options);
    return error ? std::nullopt : std::optional(std::move(parsed));
}

std::string embedded(std::string_view text) {
    if (!parse_module_json(text))
        return json::serialize(json::string(wfn::valid_utf8(text)));
    // Not what was parsed: a number may be larger or more exact than a double is. Between the values of a
    // JSON text no line end is needed, and inside them there is none.
    std::string line(text);
    line.erase(std::remove_if(line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }),
               line.end());
    return line;
}

std::string fault_of_checkpoint(const wfn::Checkpoint& checkpoint) {
    const std::string of_module = "the module gave a checkpoint ";
    if (checkpoint.json.empty())
        return of_module + "without a text. " + report_it;
    if (checkpoint.json.size() > WFN_MAX_CHECKPOINT_BYTES) {
        return of_module + "of " + std::to_string(checkpoint.json.size()) + " bytes; at most "
               + std::to_string(WFN_MAX_CHECKPOINT_BYTES) + " are allowed. " + report_it;
    }
    return parse_module_json(checkpoint.json) ? "" : of_module + "that is not JSON. " + report_it;
}

bool check_result(wfn::Result& result) {
    bool keep_last = !check_outcome(result) && !result.checkpoint;
    if (result.outcome == wfn::Outcome::suspended && !result.checkpoint)
        keep_last = true; // it goes on, and so from where it last was
    if (result.error)
        fill_in(*result.error);
    if (result.checkpoint && !fault_of_checkpoint(*result.checkpoint).empty()) {
        result.checkpoint.reset();
        keep_last = true;
    }
    return keep_last;
}

} // namespace durable
