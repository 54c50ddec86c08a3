// schema_verdicts <schema>: reads one JSON text a line and prints one line for each: "valid", "invalid"
// and the JSON pointers of the violations as a JSON array, or "unreadable".
// <schema> is input, output, connection or api_binding.
#include "json/json_text.hpp"
#include "module/definitions.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <exception>
#include <iostream>
#include <string>
#include <string_view>

namespace {

const job_engine::Schema* schema_named(const job_engine::Definitions& all, std::string_view name) {
    if (name == "input")
        return &all.nodes.front()->node.input;
    if (name == "output")
        return &all.nodes.front()->node.output;
    if (name == "connection")
        return &all.connection;
    if (name == "api_binding")
        return all.nodes.front()->binding_rules.schema.get();
    return nullptr;
}

std::string verdict(const job_engine::Schema& schema, const std::string& line) {
    const auto value = job_engine::parse_json(line);
    if (!value)
        return "unreadable";
    const auto details = schema.validate(*value);
    if (details.empty())
        return "valid";
    boost::json::array paths;
    for (const auto& detail : details)
        paths.emplace_back(detail.path);
    return "invalid " + boost::json::serialize(paths);
}

int run(const char* name) {
    const auto all = job_engine::shared_definitions();
    const auto* schema = schema_named(*all, name);
    if (schema == nullptr) {
        std::cerr << "schema_verdicts: no schema is named " << name << "\n";
        return 2;
    }
    for (std::string line; std::getline(std::cin, line);)
        std::cout << verdict(*schema, line) << '\n';
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: schema_verdicts input|output|connection|api_binding < lines\n";
        return 2;
    }
    try {
        return run(argv[1]);
    } catch (const std::exception& failure) {
        std::cerr << "schema_verdicts: " << failure.what() << "\n";
        return 1;
    }
}
