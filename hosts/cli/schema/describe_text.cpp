#include "schema/describe_text.hpp"

#include "schema/schema_view.hpp"
#include "text/json_text.hpp"
#include "text/price.hpp"
#include "text/suggestion.hpp"
#include "text/text_layout.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <sstream>
#include <vector>

namespace cli {

namespace json = boost::json;

namespace {

class Page {
public:
    explicit Page(const Terminal& terminal)
        : terminal_(terminal), columns_(std::clamp<std::size_t>(terminal.columns, 40, 110)) {}

    void heading(const std::string& text) { text_ += "\n" + bold(terminal_, text) + "\n"; }
    void title(const std::string& name, const std::string& rest) {
        text_ += bold(terminal_, printable(name)) + printable(rest) + "\n";
    }
    void line(const std::string& first, const std::string& text) { text_ += wrap(first, text, columns_); }
    void paragraph(const std::string& indent, const std::string& text) {
        if (!text.empty())
            line(indent, text);
    }
    std::string take() { return std::move(text_); }

private:
    const Terminal& terminal_;
    std::size_t columns_;
    std::string text_;
};

std::string facts_of(const SchemaProperty& property) {
    std::vector<std::string> types;
    for (const std::string& type : property.types)
        types.push_back(type);
    std::string facts = types.empty() ? "any" : types.front();
    for (std::size_t i = 1; i < types.size(); ++i)
        facts += " or " + types[i];
    if (property.required)
        facts += ", required";
    if (property.secret)
        facts += ", secret";
    if (property.default_value)
        facts += ", default " + json::serialize(*property.default_value);
    return facts;
}

void add_properties(Page& page, const std::vector<SchemaProperty>& properties) {
    std::size_t widest = 0;
    for (const SchemaProperty& property : properties)
        widest = std::max(widest, display_width(property.name));
    widest = std::min<std::size_t>(widest, 26);
    const std::string indent(widest + 4, ' ');
    for (const SchemaProperty& property : properties) {
        page.line("  " + pad(printable(property.name), widest) + "  ", facts_of(property));
        page.paragraph(indent, property.description);
        std::string choices;
        for (std::size_t i = 0; i < property.choices.size(); ++i) {
            choices += (choices.empty() ? "" : "\n") + json::serialize(property.choices[i]);
            if (!property.choice_titles[i].empty())
                choices += ": " + property.choice_titles[i];
        }
        if (!choices.empty())
            page.paragraph(indent + "one of  ", choices);
    }
    if (properties.empty())
        page.paragraph("  ", "nothing in particular");
}

void add_connection(Page& page, const wfn::Connection& connection) {
    page.heading("Connection");
    page.line("  ", std::string(connection.name) + " (category " + std::string(connection.category)
                        + (connection.required ? ", required)" : ", optional)"));
    page.paragraph("  ", std::string(connection.description));
    std::vector<std::string> variables;
    for (const auto& named : environment_variables(connection.category, connection.schema_json))
        variables.push_back(named.second);
    page.line("  ", "Pass it with --connection FILE, or set " + joined(variables) + ".\n");
    add_properties(page, schema_properties(connection.schema_json));
}

void add_errors(Page& page, std::string_view errors_json) {
    const json::value errors = parse_or_null(errors_json);
    if (!errors.is_array() || errors.get_array().empty())
        return;
    page.heading("Errors");
    for (const json::value& error : errors.get_array()) {
        if (!error.is_object())
            continue;
        const auto text = [&](const char* name) { return text_member(error.get_object(), name); };
        page.line("  ", text("type") + " (" + text("code") + ")");
        page.paragraph("    Cause     ", text("cause"));
        page.paragraph("    Solution  ", text("solution"));
    }
}

void add_examples(Page& page, std::string_view examples_json) {
    const json::value examples = parse_or_null(examples_json);
    if (!examples.is_array() || examples.get_array().empty())
        return;
    page.heading("Examples");
    for (const json::value& example : examples.get_array()) {
        if (!example.is_object())
            continue;
        page.line("  ", text_member(example.get_object(), "title"));
        const json::value* input = example.get_object().if_contains("input");
        if (input == nullptr || !input->is_object())
            continue;
        std::size_t widest = 0;
        for (const auto& member : input->get_object())
            widest = std::max(widest, display_width(member.key()));
        widest = std::min<std::size_t>(widest, 26);
        for (const auto& member : input->get_object()) {
            const json::value& value = member.value();
            page.line("    " + pad(printable(member.key()), widest) + "  ",
                      value.is_string() ? std::string(value.get_string()) : json::serialize(value));
        }
    }
}

std::string abilities_of(const wfn::Node& node) {
    std::vector<std::string> abilities;
    if (node.can_cancel())
        abilities.emplace_back("can be cancelled");
    if (node.reports_progress())
        abilities.emplace_back("reports progress");
    if (node.can_resume())
        abilities.emplace_back("resumes from a checkpoint");
    return joined(abilities);
}

} // namespace

std::string describe_text(const wfn::Module& module, const wfn::Node& node, const Terminal& terminal) {
    Page page(terminal);
    page.title(std::string(node.title()),
               "  " + std::string(node.action_id()) + " " + std::string(node.version()) + ", of module "
                   + std::string(module.name()) + " " + std::string(module.version()));
    if (node.description() != node.title())
        page.paragraph("", std::string(node.description()));
    if (const std::string abilities = abilities_of(node); !abilities.empty())
        page.line("", "It " + abilities + ".");
    if (const std::string price = price_text(read_price(node.price_json())); !price.empty())
        page.line("", "A run costs about " + price + " by the service's list; the service decides.");
    if (const auto connection = node.connection())
        add_connection(page, *connection);
    page.heading("Input");
    add_properties(page, schema_properties(node.input_schema_json()));
    page.heading("Output");
    add_properties(page, schema_properties(node.output_schema_json()));
    add_examples(page, node.examples_json());
    add_errors(page, node.errors_json());
    return page.take();
}

std::string describe_json(const wfn::Module& module, const wfn::Node& node) {
    json::value connection;
    if (const auto from = node.connection()) {
        connection = {{"name", from->name},
                      {"category", from->category},
                      {"description", from->description},
                      {"required", from->required},
                      {"schema", parse_or_null(from->schema_json)}};
    }
    const json::object all{
        {"module",
         {{"name", module.name()},
          {"version", module.version()},
          {"settings_schema", parse_or_null(module.settings_schema_json())}}},
        {"action_id", node.action_id()},
        {"version", node.version()},
        {"title", node.title()},
        {"description", node.description()},
        {"categories", parse_or_null(node.categories_json())},
        {"icon_svg", node.icon_svg()},
        {"can_cancel", node.can_cancel()},
        {"reports_progress", node.reports_progress()},
        {"can_resume", node.can_resume()},
        {"connection", connection},
        {"input_schema", parse_or_null(node.input_schema_json())},
        {"output_schema", parse_or_null(node.output_schema_json())},
        {"errors", parse_or_null(node.errors_json())},
        {"ui", parse_or_null(node.ui_json())},
        {"examples", parse_or_null(node.examples_json())},
        {"price", parse_or_null(node.price_json())},
    };
    return wfn::valid_utf8(json::serialize(all));
}

} // namespace cli
