#include "attachment/attached_files.hpp"
#include "attachment/file_check.hpp"
#include "commands/commands.hpp"
#include "journal/module_check.hpp"
#include "options/exit_code.hpp"
#include "posix/event_loop.hpp"
#include "posix/files.hpp"
#include "posix/input_error.hpp"
#include "posix/terminal.hpp"
#include "posix/usage_error.hpp"
#include "request/node_choice.hpp"
#include "request/request_source.hpp"
#include "run/run_limit.hpp"
#include "run/trace_file.hpp"
#include "text/error_text.hpp"
#include "text/json_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>

#include <unistd.h>

#include <chrono>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace cli {

namespace {

// node.h gives a module so long to ask the service. What sends nothing waits for nothing.
constexpr std::chrono::seconds asking_limit{30};

// Does not return without an answer: a session whose run has not ended cannot be closed.
wfn::Result run_within_limit(wfn::Session& session, const wfn::Node& node, wfn::Request request,
                             const Options& options) {
    constexpr std::chrono::milliseconds look_after{250};
    EventLoop loop;
    std::optional<wfn::Result> result;
    request.on_complete = [&](const wfn::Result& its) { loop.post([&result, its] { result = its; }); };
    RunLimit limit(options.check_connection ? asking_limit : std::chrono::seconds{0});
    limit.watch(request);
    const wfn::Run run = session.start(node, std::move(request));
    while (!result) {
        loop.run_one(look_after);
        if (limit.missed() == nullptr)
            continue;
        const std::string unknown =
            options.check_connection ? "whether the connection works" : "whether it is valid";
        static_cast<void>(
            write_all(STDERR_FILENO,
                      message_text("Error",
                                   never_ended_text("in time", "this program ends without it, and " + unknown
                                                                   + " is not known. Nothing was submitted."),
                                   inspect_terminal(STDERR_FILENO))));
        ::_exit(exit_failed);
    }
    return *std::move(result);
}

// A module may be older than the question.
wfn::Result run_unless_unknown(wfn::Session& session, const wfn::Node& node, wfn::Request request,
                               const Options& options) {
    try {
        return run_within_limit(session, node, std::move(request), options);
    } catch (const wfn::StatusError& error) {
        if (!options.check_connection || error.status() != WFN_INVALID_ARGUMENT)
            throw;
        throw UsageError(
            "the module refuses to check a connection: it may be of a version that cannot. Leave "
            "out --check-connection; the first run shows whether it works");
    }
}

} // namespace

int validate_command(const Options& options) {
    const Target target = choose_target(options.target);
    const wfn::Module module = wfn::Module::load(target.module_path);
    const wfn::Node node = choose_node(module, target.action);
    const Terminal terminal = inspect_terminal(STDERR_FILENO);

    std::vector<std::string> warnings;
    wfn::Request request = make_request(options, node, options.check_connection, warnings);
    const std::vector<FileInput> files = files_in(request.input_json, media_inputs(node.ui_json()));
    if (const std::string fault = fault_of_files(files); !fault.empty())
        throw InputError(fault);
    const std::vector<std::string> outlook = outlook_of_files(files);
    request.validate_only = true;
    request.check_connection = options.check_connection;
    const auto trace = TraceFile::open(options.trace_file);
    wfn::Session session = wfn::Session::open(
        module,
        session_options(trace.get(), {}, [&](const std::string& warning) { warnings.push_back(warning); }));
    const bool has_input = !request.input_json.empty();
    AttachedFiles attached; // that it is there is a part of what is checked
    const AttachedFiles::OfRun ignored(attached, request);
    wfn::Result result = run_unless_unknown(session, node, std::move(request), options);
    if (!result.succeeded()) // of a success there is no output
        durable::check_result(result);

    for (std::string& message : warning_messages(result.warnings_json))
        warnings.push_back(std::move(message));
    for (const std::string& warning : warnings)
        static_cast<void>(write_all(STDERR_FILENO, message_text("Warning", warning, terminal)));
    std::string out;
    if (options.json) {
        boost::json::object answer{{"valid", result.succeeded()},
                                   {"warnings", parse_or_null(result.warnings_json)}};
        if (!outlook.empty())
            answer["files"] = boost::json::value_from(outlook);
        if (result.error)
            answer["error"] = parse_or_null(result.error->json);
        out = boost::json::serialize(answer) + "\n";
    } else if (result.succeeded()) {
        for (const std::string& line : outlook)
            out += line + "\n";
        out += !options.check_connection ? "valid\n"
               : has_input               ? "valid, and the service does not refuse the key\n"
                                         : "the service answers and does not refuse the key\n";
    } else if (result.error) {
        static_cast<void>(write_all(STDERR_FILENO, error_text(*result.error, terminal)));
    }
    if (const int error = write_all(STDOUT_FILENO, out))
        throw std::system_error(error, std::generic_category(), "cannot write to stdout");
    const int code = exit_code(result, 0);
    close_within_limit(session, code);
    return code;
}

} // namespace cli
