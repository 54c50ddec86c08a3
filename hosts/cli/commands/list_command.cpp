#include "commands/commands.hpp"
#include "options/exit_code.hpp"
#include "posix/files.hpp"
#include "posix/terminal.hpp"
#include "request/node_choice.hpp"
#include "text/text_layout.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace cli {

int list_command(const Options& options) {
    const wfn::Module module = wfn::Module::load(choose_target(options.target).module_path);
    std::string text;
    if (options.json) {
        boost::json::array all;
        for (const wfn::Node& node : module.nodes()) {
            all.push_back({{"action_id", node.action_id()},
                           {"version", node.version()},
                           {"title", node.title()},
                           {"description", node.description()}});
        }
        text = wfn::valid_utf8(boost::json::serialize(all)) + "\n";
    } else {
        const Terminal terminal = inspect_terminal(STDOUT_FILENO);
        std::size_t widest = 0;
        for (const wfn::Node& node : module.nodes())
            widest = std::max(widest, display_width(node.action_id()));
        for (const wfn::Node& node : module.nodes()) {
            const std::string title(node.title());
            const std::string description(node.description());
            text += wrap(pad(printable(node.action_id()), widest) + "  ",
                         title == description ? title : std::string(title).append(": ").append(description),
                         std::max<std::size_t>(terminal.columns, 40));
        }
    }
    if (const int error = write_all(STDOUT_FILENO, text))
        throw std::system_error(error, std::generic_category(), "cannot write to stdout");
    return exit_success;
}

} // namespace cli
