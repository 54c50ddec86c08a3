#include "commands/commands.hpp"
#include "journal/module_check.hpp"
#include "options/exit_code.hpp"
#include "posix/files.hpp"
#include "request/node_choice.hpp"
#include "schema/describe_text.hpp"
#include "text/error_text.hpp"

#include <unistd.h>

#include <system_error>
#include <utility>

namespace cli {

namespace {

// What is left out below because the module's text is not JSON.
void warn_about_texts(const wfn::Node& node) {
    const std::pair<const char*, std::string_view> texts[] = {
        {"input_schema_json", node.input_schema_json()},
        {"output_schema_json", node.output_schema_json()},
        {"errors_json", node.errors_json()},
        {"categories_json", node.categories_json()}};
    for (const auto& [name, text] : texts) {
        if (text.empty() || durable::parse_module_json(text))
            continue;
        static_cast<void>(write_all(
            STDERR_FILENO,
            message_text("Warning",
                         std::string("the module's ") + name
                             + " is not JSON, so it is left out. Report this to the module's author;"
                               " \"workflow-node check\" tests the module.",
                         inspect_terminal(STDERR_FILENO))));
    }
}

} // namespace

int describe_command(const Options& options) {
    const Target target = choose_target(options.target);
    const wfn::Module module = wfn::Module::load(target.module_path);
    const wfn::Node node = choose_node(module, target.action);
    warn_about_texts(node);
    const std::string text = options.json ? describe_json(module, node) + "\n"
                                          : describe_text(module, node, inspect_terminal(STDOUT_FILENO));
    if (const int error = write_all(STDOUT_FILENO, text))
        throw std::system_error(error, std::generic_category(), "cannot write to stdout");
    return exit_success;
}

} // namespace cli
