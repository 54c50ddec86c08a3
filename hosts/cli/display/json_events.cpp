#include "display/json_events.hpp"

#include "journal/module_check.hpp"
#include "text/json_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <optional>

namespace cli {

namespace json = boost::json;

namespace {

json::value milliseconds_or_null(const std::optional<std::chrono::milliseconds>& duration) {
    return duration ? json::value(duration->count()) : json::value();
}

std::string line(const json::object& event) {
    return json::serialize(event) + "\n";
}

} // namespace

std::string progress_event(const wfn::Progress& progress) {
    return line({{"event", "progress"},
                 {"phase", wfn::to_string(progress.phase)},
                 {"fraction", progress.fraction ? json::value(*progress.fraction) : json::value()},
                 {"eta_ms", milliseconds_or_null(progress.eta)},
                 {"elapsed_ms", progress.elapsed.count()},
                 {"job_id", progress.job_id.empty() ? json::value() : json::value(progress.job_id)},
                 {"message", progress.message}});
}

std::string checkpoint_event(bool kept) {
    return line({{"event", "checkpoint"}, {"kept", kept}});
}

std::string output_event(const std::string& output_json) {
    std::string event = json::serialize(json::object{{"event", "output"}});
    append_member(event, "output", durable::embedded(output_json));
    return event + "\n";
}

std::string warning_events(const std::string& warnings_json) {
    std::string lines;
    const json::value warnings = parse_or_null(warnings_json);
    if (!warnings.is_array())
        return lines;
    for (const json::value& warning : warnings.get_array()) {
        json::object event{{"event", "warning"}};
        if (warning.is_object())
            for (const auto& [name, value] : warning.get_object())
                if (value.is_string()) // as node.h says; a number may be one that serialize makes no JSON of
                    event.emplace(name, value);
        lines += line(event);
    }
    return lines;
}

std::string result_event(const wfn::Result& result, const std::string& files) {
    std::string event =
        json::serialize(json::object{{"event", "result"}, {"outcome", wfn::to_string(result.outcome)}});
    if (result.succeeded())
        append_member(event, "output", durable::embedded(result.output_json));
    if (!files.empty())
        append_member(event, "files", files);
    if (result.error)
        append_member(event, "error", durable::embedded(result.error->json));
    append_member(event, "checkpoint",
                  result.checkpoint ? durable::embedded(result.checkpoint->json) : "null");
    if (result.outcome == wfn::Outcome::suspended)
        append_member(event, "resume_after_ms", json::serialize(milliseconds_or_null(result.resume_after)));
    return event + "\n";
}

std::string one_line(const std::string& text) {
    const bool has_lines = text.find_first_of("\r\n") != std::string::npos;
    return has_lines && durable::parse_module_json(text) ? durable::embedded(text) : text;
}

} // namespace cli
