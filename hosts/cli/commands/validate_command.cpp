#include "commands/commands.hpp"
#include "options/exit_code.hpp"
#include "posix/files.hpp"
#include "posix/terminal.hpp"
#include "request/node_choice.hpp"
#include "request/request_source.hpp"
#include "text/error_text.hpp"
#include "text/json_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <unistd.h>

#include <system_error>

namespace cli {

int validate_command(const Options& options) {
    const Target target = choose_target(options.target);
    const wfn::Module module = wfn::Module::load(target.module_path);
    const wfn::Node node = choose_node(module, target.action);
    const Terminal terminal = inspect_terminal(STDERR_FILENO);

    std::vector<std::string> warnings;
    wfn::Request request = make_request(options, node, false, warnings);
    request.validate_only = true;
    wfn::Session session = wfn::Session::open(module, {"workflow-node", WORKFLOW_NODE_VERSION, {}, {}});
    const wfn::Result result = session.run(node, std::move(request));

    for (const std::string& warning : warnings)
        static_cast<void>(write_all(STDERR_FILENO, message_text("Warning", warning, terminal)));
    std::string out;
    if (options.json) {
        boost::json::object answer{{"valid", result.succeeded()}};
        if (result.error)
            answer["error"] = parse_or_null(result.error->json);
        out = boost::json::serialize(answer) + "\n";
    } else if (result.succeeded()) {
        out = "valid\n";
    } else if (result.error) {
        static_cast<void>(write_all(STDERR_FILENO, error_text(*result.error, terminal)));
    }
    if (const int error = write_all(STDOUT_FILENO, out))
        throw std::system_error(error, std::generic_category(), "cannot write to stdout");
    return result.succeeded() ? exit_success : exit_failed;
}

} // namespace cli
