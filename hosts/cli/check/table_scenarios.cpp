#include "check/scenarios.hpp"
#include "check/schema_check.hpp"
#include "journal/module_check.hpp"
#include "text/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <string_view>

namespace cli::check {

namespace json = boost::json;

namespace {

void expect_text(const char* text, const std::string& name) {
    expect(text != nullptr && *text != '\0', name + " is " + (text == nullptr ? "NULL" : "empty"),
           "fill in " + name);
    expect(wfn::valid_utf8(text) == text, name + " is not UTF-8", "every string of node.h is UTF-8");
    const std::string_view all = text;
    const bool has_control = std::any_of(all.begin(), all.end(), [](char c) {
        return c == '\x7f' || (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t');
    });
    expect(!has_control, name + " has a control character", "a terminal that shows it would obey it");
}

void expect_line(const char* text, const std::string& name) {
    expect_text(text, name);
    expect(std::string_view(text).find_first_of("\n\r\t") == std::string_view::npos,
           name + " is not one line of text", "lists and forms show it on one line");
}

void expect_schema(const char* schema, const std::string& name) {
    expect_text(schema, name);
    const std::string fault = fault_of_schema(schema);
    expect(fault.empty(), name + " " + fault, "a host checks inputs and outputs against it; correct it");
}

// An optional text of the table that is JSON.
void expect_json(const char* text, const std::string& name, json::kind kind) {
    if (text == nullptr)
        return;
    const auto parsed = durable::parse_module_json(text);
    expect(parsed && parsed->kind() == kind, name + (parsed ? " is JSON of another kind" : " is not JSON"),
           "see " + name + " in node.h");
}

void expect_examples(const wfn_node& node, const std::string& name) {
    expect_json(node.examples_json, name, json::kind::array);
    if (node.examples_json == nullptr)
        return;
    const json::value examples = durable::parse_module_json(node.examples_json).value();
    for (const json::value& example : examples.get_array()) {
        const json::object* members = example.if_object();
        const json::value* input = members != nullptr ? members->if_contains("input") : nullptr;
        expect(input != nullptr && input->is_object() && !text_member(*members, "title").empty(),
               name + " has an element without a title or an input", "see examples_json in node.h");
    }
}

bool is_version(const std::string& text) {
    const std::string core = text.substr(0, text.find_first_of("-+"));
    return std::count(core.begin(), core.end(), '.') == 2
           && core.find_first_not_of("0123456789.") == std::string::npos
           && core.find("..") == std::string::npos && core.front() != '.' && core.back() != '.';
}

std::string check_node(const wfn_node& node) {
    expect_line(node.action_id, "action_id");
    std::string id = node.action_id;
    expect_line(node.title, id + ".title");
    expect_text(node.description, id + ".description");
    expect(is_version(node.version), id + ".version is \"" + node.version + "\"",
           "write a semantic version, such as 1.0.0");
    expect((node.flags >> 3) == 0, id + ".flags has unknown bits", "set only the flags of node.h");
    expect_schema(node.input_schema_json, id + ".input_schema_json");
    expect_schema(node.output_schema_json, id + ".output_schema_json");
    expect_json(node.categories_json, id + ".categories_json", json::kind::array);
    expect_json(node.ui_json, id + ".ui_json", json::kind::object);
    expect_examples(node, id + ".examples_json");
    expect_json(node.price_json, id + ".price_json", json::kind::object);
    if (WFN_HAS(wfn_node, &node, translations_json))
        expect_json(node.translations_json, id + ".translations_json", json::kind::object);
    if (node.connection != nullptr) {
        expect_line(node.connection->name, id + ".connection.name");
        expect_line(node.connection->category, id + ".connection.category");
        expect_schema(node.connection->schema_json, id + ".connection.schema_json");
    }
    return id;
}

std::string check_error_table(const wfn_node& node) {
    if (node.errors_json == nullptr)
        skip("errors_json is NULL");
    const auto parsed = durable::parse_module_json(node.errors_json);
    expect(parsed && parsed->is_array(), "errors_json is not a JSON array",
           "list {code, type, cause, solution, retryable} for every error");
    std::vector<std::string> codes;
    for (const json::value& row : parsed->get_array()) {
        expect(row.is_object(), "errors_json has an element that is no object", "see errors_json in node.h");
        const json::object& error = row.get_object();
        const std::string code = text_member(error, "code");
        for (const char* name : {"code", "type", "cause", "solution"})
            expect(!text_member(error, name).empty(),
                   "the error \"" + code + "\" has no " + std::string(name), "every error has all members");
        const json::value* retryable = error.if_contains("retryable");
        expect(retryable != nullptr && retryable->is_bool(),
               "\"" + code + "\" does not say if it is retryable", "retryable is true or false");
        expect(std::find(codes.begin(), codes.end(), code) == codes.end(), "\"" + code + "\" is listed twice",
               "list every code once");
        codes.push_back(code);
    }
    return std::to_string(codes.size()) + " errors, each with its members";
}

// Of a run that ended with an error: whether its code and its JSON are as the table says.
void expect_listed(const wfn::Node& node, const wfn::Error& error) {
    const json::value whole = parse_or_null(error.json);
    expect(whole.is_object(), "the error's json is not a JSON object", "see wfn_error.json in node.h");
    expect(text_member(whole.get_object(), "code") == error.code,
           "the error's json has another code than \"" + error.code + "\"", "let both say the same");
    const json::value rows = parse_or_null(node.errors_json());
    if (!rows.is_array())
        return;
    const bool listed = std::any_of(rows.get_array().begin(), rows.get_array().end(), [&](const auto& row) {
        return row.is_object() && text_member(row.get_object(), "code") == error.code;
    });
    expect(listed, "a run ended with \"" + error.code + "\", which errors_json does not list",
           "add it to errors_json");
}

} // namespace

void check_table(Subject& subject, Report& report) {
    make_test(report, "table", [&]() -> std::string {
        const wfn_module& table = subject.table();
        expect_line(table.name, "the module's name");
        expect_line(table.version, "the module's version");
        if (table.settings_schema_json != nullptr)
            expect_schema(table.settings_schema_json, "settings_schema_json");
        std::vector<std::string> ids;
        for (const wfn::Node& node : subject.module->nodes())
            ids.push_back(check_node(node.get()));
        std::sort(ids.begin(), ids.end());
        expect(std::adjacent_find(ids.begin(), ids.end()) == ids.end(), "two nodes have one action_id",
               "give each node its own");
        return counted(ids.size(), "node") + ", with titles and schemas that can be read";
    });
    make_test(report, "errors-listed", [&] { return check_error_table(subject.node->get()); });
}

void check_errors(Subject& subject, Report& report) {
    make_test(report, "error-codes", [&]() -> std::string {
        const TestSession session(subject);
        Wanted wanted;
        wanted.flags = WFN_VALIDATE_ONLY;
        std::string seen;
        for (const char* input : {"[]", "{", "{}"}) {
            wanted.input = input;
            report.step(std::string("validating the input ") + input);
            WatchedRun& run = start(subject, session, wanted);
            finish(subject, run);
            expect_manners(run);
            const wfn::Result result = run.result();
            if (result.error) {
                expect_listed(*subject.node, *result.error);
                seen = result.error->code;
            }
            expect(result.outcome == wfn::Outcome::failed || result.succeeded(),
                   std::string("a run that only validates ended as ") + to_string(result.outcome),
                   "it succeeds or fails");
            // A text that is not JSON is never a valid input.
            expect(result.outcome == wfn::Outcome::failed || std::string(input) != "{",
                   "the input \"{\", which is not JSON, was called valid", "fail with invalid_input");
        }
        return "inputs that are not valid end as " + seen;
    });
    make_test(report, "input-valid", [&]() -> std::string {
        const TestSession session(subject);
        Wanted wanted;
        wanted.flags = WFN_VALIDATE_ONLY;
        WatchedRun& run = start(subject, session, wanted);
        finish(subject, run);
        const wfn::Result result = run.result();
        if (result.error) {
            skip("the module does not take the input of the tests: " + result.error->message);
        }
        expect(result.output_json.empty(), "a run that only validates has an output",
               "with WFN_VALIDATE_ONLY there is none");
        return "the input and the connection of the tests are valid";
    });
}

} // namespace cli::check
