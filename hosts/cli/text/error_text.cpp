#include "text/error_text.hpp"

#include "text/duration.hpp"
#include "text/json_text.hpp"
#include "text/text_layout.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace cli {

namespace json = boost::json;

namespace {

// A member of the error's JSON as text; empty: null or missing.
std::string member_text(const json::object& error, const char* name) {
    const json::value* found = error.if_contains(name);
    if (found == nullptr || found->is_null())
        return "";
    return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
}

std::string charged_text(const std::string& charged) {
    if (charged == "no")
        return "no, this run was not billed";
    if (charged == "yes")
        return "yes, this run was or will be billed";
    return charged == "unknown" ? "unknown, this run may have been billed" : charged;
}

std::string retry_text(const wfn::Error& error) {
    if (!error.retryable)
        return "will not help until something is changed";
    return error.retry_after && error.retry_after->count() > 0
               ? "may succeed, after " + spoken_duration(*error.retry_after)
               : "may succeed";
}

std::string details_text(const json::object& error) {
    std::string lines;
    const json::value* details = error.if_contains("details");
    if (details == nullptr || !details->is_array())
        return lines;
    for (const json::value& detail : details->get_array()) {
        if (!detail.is_object())
            continue;
        const std::string path = member_text(detail.get_object(), "path");
        const std::string message = member_text(detail.get_object(), "message");
        lines += lines.empty() ? "" : "\n";
        lines += path;
        lines += path.empty() ? "" : ": ";
        lines += message;
    }
    return lines;
}

// "  Name           value", wrapped; empty for an empty value.
std::string row(const char* name, const std::string& value, const Terminal& terminal) {
    const std::size_t columns = std::max<std::size_t>(terminal.columns, 30);
    return value.empty() ? "" : wrap("  " + pad(name, 15), value, columns);
}

// The ids that help when contacting the service.
std::string ids_text(const json::object& error, const Terminal& terminal) {
    return row("HTTP status", member_text(error, "http_status"), terminal)
           + row("Job id", member_text(error, "job_id"), terminal)
           + row("Request id", member_text(error, "request_id"), terminal);
}

json::object whole_error(const wfn::Error& error) {
    const json::value parsed = parse_or_null(error.json);
    return parsed.is_object() ? parsed.get_object() : json::object();
}

} // namespace

std::string error_text(const wfn::Error& error, const Terminal& terminal) {
    const json::object whole = whole_error(error);
    const std::string type = printable(error.type.empty() ? error.code : error.type);
    const std::string code = error.code.empty() ? "" : " (" + printable(error.code) + ")";
    return bold_red(terminal, "Error: " + type) + code + "\n" //
           + row("What happened", error.message, terminal) + row("Details", details_text(whole), terminal)
           + row("Cause", error.cause, terminal) + row("Solution", error.solution, terminal)
           + row("Billed", charged_text(member_text(whole, "charged")), terminal)
           + row("Retry", retry_text(error), terminal) + ids_text(whole, terminal);
}

std::string cancelled_text(const wfn::Error& error, const Terminal& terminal) {
    const json::object whole = whole_error(error);
    return bold(terminal, "Cancelled") + "\n" + row("What happened", error.message, terminal)
           + row("Billed", charged_text(member_text(whole, "charged")), terminal) + ids_text(whole, terminal);
}

std::string message_text(const char* kind, const std::string& message, const Terminal& terminal) {
    const std::string head = std::string(kind) + ": ";
    const std::string text = wrap(head, message, std::max<std::size_t>(terminal.columns, 30));
    return std::string_view(kind) == "Error" ? bold_red(terminal, "Error:") + text.substr(head.size() - 1)
                                             : text;
}

} // namespace cli
