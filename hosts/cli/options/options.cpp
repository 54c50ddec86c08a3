#include "options/options.hpp"

#include "journal/run_state.hpp"
#include "options/exit_code.hpp"
#include "options/help_text.hpp"
#include "posix/environment.hpp"
#include "text/duration.hpp"
#include "text/size.hpp"
#include "text/suggestion.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <sstream>

namespace cli {

namespace {

// The positional arguments, before they become Options::target.
struct TargetWords {
    std::optional<std::string> module;
    std::optional<std::string> action;
    std::optional<std::string> subject;
};

CLI::App* add_command(CLI::App& app, const char* name, const char* description, Options& options,
                      Command command, TargetWords& words) {
    CLI::App* sub = app.add_subcommand(name, description);
    sub->callback([&options, command] { options.command = command; });
    if (command == Command::runs)
        return sub;
    sub->add_option("MODULE", words.module, "The module's file")->option_text(" ");
    if (command != Command::list && command != Command::collect) {
        sub->add_option("ACTION", words.action, "The node; needed when the module has several")
            ->option_text(" ");
    }
    return sub;
}

void add_duration(CLI::App& app, const char* name, const char* description,
                  const std::function<void(std::chrono::milliseconds)>& store) {
    app.add_option_function<std::string>(
           name,
           [name, store](const std::string& text) {
               const auto duration = parse_duration(text);
               if (!duration || duration->count() == 0)
                   throw CLI::ValidationError(name,
                                              "\"" + text + "\" is not a duration such as 90s, 5m or 1h");
               store(*duration);
           },
           description)
        ->option_text("DURATION");
}

void add_connection_option(CLI::App& app, Options& options) {
    app.add_option("-c,--connection", options.connection_file, "The connection, a JSON object")
        ->option_text("FILE");
}

void add_input_options(CLI::App& app, Options& options) {
    app.add_option("-i,--input", options.input_file, "The input, a JSON object; - is stdin")
        ->option_text("FILE");
    app.add_option("-s,--set", options.assignments, "One input; may be repeated")
        ->option_text("NAME=VALUE")
        ->allow_extra_args(false);
    app.add_option("--image", options.image, "The node's image: a file or a URL")->option_text("FILE");
    add_connection_option(app, options);
}

void add_journal_option(CLI::App& app, Options& options, const char* description) {
    app.add_option("-J,--journal", options.journal_file, description)->option_text("FILE");
}

void add_trace_option(CLI::App& app, Options& options) {
    app.add_option("--trace", options.trace_file, "Append what goes over the wire here, without secrets")
        ->option_text("FILE");
}

// For every command that runs something.
void add_running_options(CLI::App& app, Options& options) {
    add_duration(app, "-t,--timeout", "End the run after this time",
                 [&options](auto duration) { options.timeout = duration; });
    app.add_flag("--cancel-job-at-deadline", options.cancel_job_at_deadline,
                 "At the timeout, also cancel the service's job");
    app.add_flag("-q,--quiet", options.quiet, "No progress and no warnings, only errors");
    app.add_flag("-v,--verbose", options.verbose, "Show what the module logs; -vv for all of it");
    add_trace_option(app, options);
}

void add_concurrency_option(CLI::App& app, Options& options) {
    app.add_option("-n,--concurrency", options.concurrency, "How many to run at once; 4 by default")
        ->option_text("N")
        ->check(CLI::Range(1, 10000));
}

void add_file_limit_options(CLI::App& app, Options& options) {
    app.add_flag("--overwrite", options.overwrite, "Replace a file that is there");
    app.add_option_function<std::string>(
           "--largest-file",
           [&options](const std::string& text) {
               const auto size = parse_size(text);
               if (!size)
                   throw CLI::ValidationError("--largest-file",
                                              "\"" + text + "\" is not a size such as 500M or 2G");
               options.largest_file = *size;
           },
           "The most that is downloaded; 2G by default")
        ->option_text("SIZE");
}

void add_output_option(CLI::App& app, Options& options) {
    app.add_option("-o,--output", options.output_file, "Keep the file behind the output here")
        ->option_text("FILE");
}

void add_output_directory_option(CLI::App& app, Options& options, const char* description) {
    app.add_option("--output-directory", options.output_directory, description)->option_text("DIR");
}

void add_run_options(CLI::App& app, Options& options) {
    add_journal_option(app, options, "Record the run here, and resume it when repeated");
    app.add_option("--run-key", options.run_key, "The run's name; use the same one after a crash")
        ->option_text("KEY");
    app.add_option("--checkpoint", options.checkpoint_file,
                   "Keep the run's state here; resume it if it exists")
        ->option_text("FILE");
    app.add_flag("--suspend", options.suspend, "End once the service has the job; run again to resume");
    app.add_flag("--dry-run", options.dry_run, "Print the requests it would send, without secrets");
    add_duration(app, "--suspend-after", "The same, after waiting this long for the result",
                 [&options](auto duration) { options.suspend_after = duration; });
    app.add_flag("--json", options.json, "Print events and the result as JSON lines");
    add_output_option(app, options);
    add_file_limit_options(app, options);
    add_running_options(app, options);
}

void add_runs_options(CLI::App& app, Options& options) {
    add_journal_option(app, options, "The journal");
    app.add_option("--state", options.state, "Only the runs in this state")->option_text("STATE");
    app.add_flag("--totals", options.totals, "How many runs a day and model, and which were billed");
    app.add_flag("--json", options.json, "One JSON object per line");
}

void add_collect_options(CLI::App& app, Options& options, TargetWords& words) {
    app.add_option("RUN", words.subject, "A run key or a job id")->option_text(" ");
    add_journal_option(app, options, "The journal that has it");
    app.add_flag("--all", options.all, "Every unfinished run that has a job");
    add_connection_option(app, options);
    app.add_flag("--json", options.json, "Print events and the result as JSON lines");
    add_output_option(app, options);
    add_output_directory_option(app, options, "With --all: keep their files here");
    add_file_limit_options(app, options);
    add_concurrency_option(app, options);
    add_running_options(app, options);
}

void add_batch_options(CLI::App& app, Options& options, TargetWords& words) {
    app.add_option("FILE", words.subject, "The inputs, one per line; - is stdin")->option_text(" ");
    add_connection_option(app, options);
    add_journal_option(app, options, "Record the runs here");
    app.add_flag("--resume", options.resume, "Resume a batch that is in the journal");
    app.add_option("--name", options.batch_name, "The batch's name in the journal; FILE's by default")
        ->option_text("NAME");
    add_output_directory_option(app, options, "Keep the files behind the outputs here");
    add_file_limit_options(app, options);
    add_concurrency_option(app, options);
    add_running_options(app, options);
}

void add_check_options(CLI::App& app, Options& options) {
    add_input_options(app, options);
    add_duration(app, "-t,--timeout", "How long one run may take",
                 [&options](auto duration) { options.timeout = duration; });
    app.add_flag("--json", options.json, "Print the tests as JSON lines");
    // An empty group is not part of the help.
    app.add_option("--scenario", options.scenario)->group("");
    app.add_option("--report", options.report_fd)->group("");
    app.add_option("--usual-ms", options.usual_ms)->group("");
}

void check_run(const Options& options) {
    if (options.journal_file && options.checkpoint_file) {
        throw CLI::ValidationError("--journal",
                                   "cannot be used with --checkpoint: it keeps the checkpoints itself");
    }
    if (options.dry_run && (options.journal_file || options.checkpoint_file))
        throw CLI::ValidationError("--dry-run",
                                   "sends nothing, so there is nothing to keep with --journal or "
                                   "--checkpoint");
    if (options.suspend && options.suspend_after)
        throw CLI::ValidationError("--suspend", "cannot be used with --suspend-after");
}

void check_output(const Options& options) {
    if (options.dry_run && options.output_file)
        throw CLI::ValidationError("--output", "cannot be used with --dry-run, which makes no file");
    if (options.all && options.output_file)
        throw CLI::ValidationError("--output", "names one file; --all takes --output-directory");
    if (options.command == Command::collect && !options.all && options.output_directory)
        throw CLI::ValidationError("--output-directory", "needs --all; one run takes --output FILE");
    if (options.overwrite && !options.output_file && !options.output_directory)
        throw CLI::ValidationError("--overwrite", "needs an output to write");
}

void check_trace(const Options& options) {
    if (options.command == Command::validate && options.trace_file && !options.check_connection)
        throw CLI::ValidationError("--trace", "needs --check-connection: otherwise nothing is sent");
    if (options.dry_run && options.trace_file)
        throw CLI::ValidationError("--trace", "cannot be used with --dry-run, which sends nothing");
}

void check_suspend(const Options& options) {
    if ((options.suspend || options.suspend_after) && !options.checkpoint_file && !options.journal_file
        && !options.json) {
        throw CLI::ValidationError("--suspend",
                                   "needs --journal FILE or --checkpoint FILE, or else the run could not be "
                                   "resumed (--json also works: it prints the checkpoint)");
    }
}

void check_journal(const Options& options) {
    const bool needed = options.command == Command::runs || options.command == Command::collect;
    if (needed && !options.journal_file)
        throw CLI::ValidationError("--journal", "is required, or WORKFLOW_NODE_JOURNAL");
    if (options.resume && !options.journal_file)
        throw CLI::ValidationError("--resume", "needs --journal FILE, which records what was done");
    if (options.totals && options.state)
        throw CLI::ValidationError("--totals", "counts all runs, and cannot be used with --state");
    if (options.state && !durable::run_state(*options.state)) {
        throw CLI::ValidationError("--state",
                                   "is one of running, interrupted, suspended, succeeded, failed, cancelled");
    }
}

// MODULE and ACTION are optional, and the argument after them is not: it is the last word.
void sort_words(const TargetWords& words, Options& options) {
    for (const auto& word : {words.module, words.action, words.subject})
        if (word)
            options.target.push_back(*word);
    const bool takes_subject =
        options.command == Command::batch || (options.command == Command::collect && !options.all);
    if (takes_subject) {
        if (options.target.empty()) {
            throw CLI::ValidationError(options.command == Command::batch
                                           ? "which file? Name one with one input per line, or - for stdin."
                                           : "which run? Give its run key or job id, or --all.");
        }
        options.subject = options.target.back();
        options.target.pop_back();
    } else if (options.command == Command::collect && options.target.size() > 1) {
        throw CLI::ValidationError("--all", "takes no run key");
    }
}

// CLI11 would only report that a command is missing.
void check_command_name(int argc, const char* const* argv) {
    const std::vector<std::string> commands{"list",  "describe", "validate", "run",
                                            "batch", "runs",     "collect",  "check"};
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

    CLI::App* describe = add_command(app, "describe", "A node's inputs, outputs and errors", options,
                                     Command::describe, words);
    describe->add_flag("--json", options.json, "As one JSON object, with the schemas");
    describe->footer(no_more);

    CLI::App* validate = add_command(app, "validate", "Check an input without sending anything", options,
                                     Command::validate, words);
    add_input_options(*validate, options);
    validate->add_flag("--check-connection", options.check_connection,
                       "Also ask the service whether it refuses the key");
    add_trace_option(*validate, options);
    validate->add_flag("--json", options.json, "Print {\"valid\": ..., \"error\": ...}");
    validate->footer(validate_help + std::string(image_help) + trace_help + connection_help + module_help
                     + exit_code_help);

    CLI::App* run = add_command(app, "run", "Run a node", options, Command::run, words);
    add_input_options(*run, options);
    add_run_options(*run, options);
    run->footer(run_help + std::string(image_help) + file_help + journal_help + trace_help + connection_help
                + module_help + exit_code_help);

    CLI::App* batch =
        add_command(app, "batch", "Run a node for every line of a file", options, Command::batch, words);
    add_batch_options(*batch, options, words);
    batch->footer(batch_help + std::string(image_help) + directory_help + trace_help + connection_help
                  + module_help + exit_code_help);

    CLI::App* runs = add_command(app, "runs", "The runs in a journal", options, Command::runs, words);
    add_runs_options(*runs, options);
    runs->footer(runs_help);

    CLI::App* collect = add_command(app, "collect", "Fetch the output of a run, without paying for another",
                                    options, Command::collect, words);
    add_collect_options(*collect, options, words);
    collect->footer(collect_help + std::string(file_help) + trace_help + connection_help + exit_code_help);

    CLI::App* check =
        add_command(app, "check", "Test a module against the node boundary", options, Command::check, words);
    add_check_options(*check, options);
    check->footer(check_help + std::string(module_help) + exit_code_help);

    ParsedOptions parsed;
    try {
        check_command_name(argc, argv);
        app.parse(argc, argv);
        check_run(options);
        check_output(options);
        check_trace(options);
        if (!options.journal_file && !options.checkpoint_file)
            options.journal_file = process_environment("WORKFLOW_NODE_JOURNAL");
        check_suspend(options);
        check_journal(options);
        sort_words(words, options);
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
