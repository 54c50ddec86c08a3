#include "text/error_text.hpp"

#include "text/duration.hpp"
#include "text/json_text.hpp"
#include "text/text_layout.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <string>

namespace cli {

namespace json = boost::json;

namespace {

std::string charged_text(wfn::Charge charged) {
    switch (charged) {
    case wfn::Charge::no:
        return "no, this run was not billed";
    case wfn::Charge::yes:
        return "yes, this run was or will be billed";
    default:
        return "unknown, this run may have been billed";
    }
}

std::string retry_text(const wfn::Error& error) {
    if (!error.retryable)
        return "will not help until something is changed";
    return error.retry_after && error.retry_after->count() > 0
               ? "may succeed, after " + spoken_duration(*error.retry_after)
               : "may succeed";
}

std::string details_text(const std::string& details_json) {
    std::string lines;
    const json::value details = parse_or_null(details_json);
    if (!details.is_array())
        return lines;
    for (const json::value& detail : details.get_array()) {
        if (!detail.is_object())
            continue;
        const std::string path = text_member(detail.get_object(), "path");
        lines += lines.empty() ? "" : "\n";
        lines += path;
        lines += path.empty() ? "" : ": ";
        lines += text_member(detail.get_object(), "message");
    }
    return lines;
}

// "  Name           value", wrapped; empty for an empty value.
std::string row(const char* name, const std::string& value, const Terminal& terminal) {
    const std::size_t columns = std::max<std::size_t>(terminal.columns, 30);
    return value.empty() ? "" : wrap("  " + pad(name, 15), value, columns);
}

// The ids that help when contacting the service.
std::string ids_text(const wfn::Error& error, const Terminal& terminal) {
    return row("HTTP status", error.http_status != 0 ? std::to_string(error.http_status) : "", terminal)
           + row("Job id", error.job_id, terminal) + row("Request id", error.request_id, terminal);
}

} // namespace

std::string error_text(const wfn::Error& error, const Terminal& terminal) {
    const std::string type = printable(error.type.empty() ? error.code : error.type);
    const std::string code = error.code.empty() ? "" : " (" + printable(error.code) + ")";
    return bold_red(terminal, "Error: " + type) + code + "\n" //
           + row("What happened", error.message, terminal)
           + row("Details", details_text(error.details_json), terminal) + row("Cause", error.cause, terminal)
           + row("Solution", error.solution, terminal) + row("Billed", charged_text(error.charged), terminal)
           + row("Retry", retry_text(error), terminal) + ids_text(error, terminal);
}

std::string cancelled_text(const wfn::Error& error, const Terminal& terminal) {
    return bold(terminal, "Cancelled") + "\n" + row("What happened", error.message, terminal)
           + row("Billed", charged_text(error.charged), terminal) + ids_text(error, terminal);
}

std::string message_text(const char* kind, const std::string& message, const Terminal& terminal) {
    const std::string head = std::string(kind) + ": ";
    const std::string text = wrap(head, message, std::max<std::size_t>(terminal.columns, 30));
    return std::string_view(kind) == "Error" ? bold_red(terminal, "Error:") + text.substr(head.size() - 1)
                                             : text;
}

} // namespace cli
