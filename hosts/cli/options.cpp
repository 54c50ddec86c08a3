#include "options.hpp"

#include "duration.hpp"
#include "exit_code.hpp"
#include "suggestion.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <sstream>

namespace cli {

namespace {

const char connection_help[] = "Connection:\n"
                               "  A node that needs a connection of category \"foo\" takes it from\n"
                               "  --connection FILE, or else from the environment variables FOO_API_KEY and\n"
                               "  FOO_BASE_URL. A secret has no place on a command line.\n\n";

const char run_help[] = "Durations: 90, 90s, 5m, 1h30m, 250ms; a plain number means seconds.\n\n"
                        "Output:\n"
                        "  The node's output JSON, alone, on stdout; everything else on stderr. With\n"
                        "  --json, stdout has one JSON object per line, told apart by \"event\": progress,\n"
                        "  checkpoint, warning, and last result, with outcome, output or error, and\n"
                        "  checkpoint. Ctrl-C cancels the run; a second one quits at once.\n\n";

const char module_help[] = "MODULE may be left out when WORKFLOW_NODE_MODULE names it.\n\n";

/* Where the words of a command line land before they are an Options::target. */
struct TargetWords {
    std::optional<std::string> module;
    std::optional<std::string> action;
};

CLI::App* add_command(CLI::App& app, const char* name, const char* description, Options& options,
                      Command command, TargetWords& words) {
    CLI::App* sub = app.add_subcommand(name, description);
    sub->add_option("MODULE", words.module, "The file of the module")->option_text(" ");
    if (command != Command::list) {
        sub->add_option("ACTION", words.action, "The node; needed when the module has several")
            ->option_text(" ");
    }
    sub->callback([&options, command] { options.command = command; });
    return sub;
}

void add_duration(CLI::App& app, const char* name, const char* description,
                  const std::function<void(std::chrono::milliseconds)>& store) {
    app.add_option_function<std::string>(
           name,
           [name, store](const std::string& text) {
               const auto duration = parse_duration(text);
               if (!duration || duration->count() == 0) {
                   throw CLI::ValidationError(name,
                                              "\"" + text + "\" is not a duration such as 90s, 5m or 1h");
               }
               store(*duration);
           },
           description)
        ->option_text("DURATION");
}

void add_input_options(CLI::App& app, Options& options) {
    app.add_option("-i,--input", options.input_file, "The input, a JSON object; - is stdin")
        ->option_text("FILE");
    app.add_option("-s,--set", options.assignments, "One input; may be given more than once")
        ->option_text("NAME=VALUE")
        ->allow_extra_args(false);
    app.add_option("-c,--connection", options.connection_file, "The connection, a JSON object")
        ->option_text("FILE");
}

void add_run_options(CLI::App& app, Options& options) {
    add_duration(app, "-t,--timeout", "End the run after this time",
                 [&options](auto duration) { options.timeout = duration; });
    app.add_option("--run-key", options.run_key, "Its name: the same when repeated after a crash")
        ->option_text("KEY");
    app.add_option("--checkpoint", options.checkpoint_file,
                   "Keep the run's state here; go on from it if it exists")
        ->option_text("FILE");
    app.add_flag("--suspend", options.suspend, "End once the service has the job; run again to go on");
    add_duration(app, "--suspend-after", "The same, but wait for the result so long",
                 [&options](auto duration) { options.suspend_after = duration; });
    app.add_flag("--cancel-job-at-deadline", options.cancel_job_at_deadline,
                 "At the timeout, cancel the service's job, too");
    app.add_flag("--json", options.json, "Print events and the result as JSON lines");
    app.add_flag("-q,--quiet", options.quiet, "No progress and no warnings, only errors");
    app.add_flag("-v,--verbose", options.verbose, "Show what the module logs; -vv for all of it");
}

void check_suspend(const Options& options) {
    if (options.suspend && options.suspend_after) {
        throw CLI::ValidationError("--suspend", "cannot be used with --suspend-after");
    }
    if ((options.suspend || options.suspend_after) && !options.checkpoint_file && !options.json) {
        throw CLI::ValidationError("--suspend", "needs --checkpoint FILE, or the run could not be taken up "
                                                "again (--json will do, too: it prints the checkpoint)");
    }
}

/* CLI11 would only say that a command is missing. */
void check_command_name(int argc, const char* const* argv) {
    const std::vector<std::string> commands{"list", "describe", "validate", "run"};
    const std::string word = argc > 1 ? argv[1] : "-";
    if (word[0] != '-' && std::find(commands.begin(), commands.end(), word) == commands.end()) {
        throw CLI::ValidationError("there is no command \"" + word + "\"." + did_you_mean(word, commands)
                                   + "\nThe commands are: " + joined(commands) + ".");
    }
}

} // namespace

ParsedOptions parse_options(int argc, const char* const* argv) {
    Options options;
    TargetWords words;
    CLI::App app("Runs workflow nodes from a module: a shared library that implements\n"
                 "workflow_node/node.h.",
                 "workflow-node");
    app.require_subcommand(1);
    app.set_version_flag("--version", "workflow-node " WORKFLOW_NODE_VERSION, "Print the version and exit");
    app.set_help_flag("-h,--help", "Print this help and exit");
    app.get_formatter()->column_width(27);
    app.footer(std::string(connection_help) + module_help + exit_code_help
               + "\nworkflow-node COMMAND --help says more about a command.");

    const std::string no_more = module_help;
    CLI::App* list = add_command(app, "list", "The nodes of a module", options, Command::list, words);
    list->add_flag("--json", options.json, "As a JSON array");
    list->footer(no_more);

    CLI::App* describe = add_command(app, "describe", "What a node takes, gives and may fail with", options,
                                     Command::describe, words);
    describe->add_flag("--json", options.json, "As one JSON object, with the schemas");
    describe->footer(no_more);

    CLI::App* validate = add_command(app, "validate", "Check an input without sending anything", options,
                                     Command::validate, words);
    add_input_options(*validate, options);
    validate->add_flag("--json", options.json, "Print {\"valid\": ..., \"error\": ...}");
    validate->footer(std::string(connection_help) + module_help);

    CLI::App* run = add_command(app, "run", "Run a node", options, Command::run, words);
    add_input_options(*run, options);
    add_run_options(*run, options);
    run->footer(run_help + std::string(connection_help) + module_help + exit_code_help);

    ParsedOptions parsed;
    try {
        check_command_name(argc, argv);
        app.parse(argc, argv);
        check_suspend(options);
        for (const auto& word : {words.module, words.action}) {
            if (word) {
                options.target.push_back(*word);
            }
        }
        parsed.options = std::move(options);
    } catch (const CLI::Success& help) {
        std::ostringstream out;
        app.exit(help, out, out);
        parsed.out = out.str();
    } catch (const CLI::ParseError& error) {
        parsed.exit_code = exit_usage;
        parsed.problem = error.what();
    }
    return parsed;
}

} // namespace cli
