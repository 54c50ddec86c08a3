#include "commands/commands.hpp"
#include "options/exit_code.hpp"
#include "posix/files.hpp"
#include "request/node_choice.hpp"
#include "schema/describe_text.hpp"

#include <unistd.h>

#include <system_error>

namespace cli {

int describe_command(const Options& options) {
    const Target target = choose_target(options.target);
    const wfn::Module module = wfn::Module::load(target.module_path);
    const wfn::Node node = choose_node(module, target.action);
    const std::string text = options.json ? describe_json(module, node) + "\n"
                                          : describe_text(module, node, inspect_terminal(STDOUT_FILENO));
    if (const int error = write_all(STDOUT_FILENO, text))
        throw std::system_error(error, std::generic_category(), "cannot write to stdout");
    return exit_success;
}

} // namespace cli
