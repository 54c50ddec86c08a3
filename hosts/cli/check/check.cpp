#include "check/check.hpp"

#include "attachment/file_input.hpp"
#include "check/check_output.hpp"
#include "check/check_process.hpp"
#include "check/example_input.hpp"
#include "check/scenarios.hpp"
#include "options/exit_code.hpp"
#include "posix/files.hpp"
#include "posix/terminal.hpp"
#include "posix/usage_error.hpp"
#include "request/node_choice.hpp"
#include "request/request_source.hpp"
#include "text/error_text.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <exception>
#include <system_error>
#include <thread>

namespace cli::check {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds usual_limit{120000}; // for one run, without --timeout

milliseconds limit_of(const Options& options) {
    return options.timeout.count() > 0 ? options.timeout : usual_limit;
}

// The same command again, for the tests of one scenario.
std::vector<std::string> arguments_for(const Options& options, const Target& target, const char* scenario,
                                       milliseconds usual) {
    std::vector<std::string> words{"check", target.module_path};
    if (!target.action.empty())
        words.push_back(target.action);
    if (options.input_file)
        words.insert(words.end(), {"--input", *options.input_file});
    for (const std::string& assignment : options.assignments)
        words.insert(words.end(), {"--set", assignment});
    if (options.connection_file)
        words.insert(words.end(), {"--connection", *options.connection_file});
    words.insert(words.end(), {"--timeout", std::to_string(limit_of(options).count()) + "ms", "--scenario",
                               scenario, "--usual-ms", std::to_string(usual.count())});
    return words;
}

std::string how_it_ended(const ProcessEnd& end, milliseconds limit) {
    if (end.killed)
        return "did not return within " + milliseconds_text(limit);
    if (WIFSIGNALED(end.status))
        return "ended the process by signal " + std::to_string(WTERMSIG(end.status)) + " ("
               + ::strsignal(WTERMSIG(end.status)) + ")";
    return "ended the process with exit code " + std::to_string(WEXITSTATUS(end.status));
}

// What the scenario found; its tests that were not reached are skipped.
std::vector<Finding> findings_of(const Scenario& scenario, const Heard& heard, const ProcessEnd& end,
                                 milliseconds limit) {
    std::vector<Finding> findings = heard.findings;
    if (!heard.unfinished.empty()) {
        const std::string where = heard.step.empty() ? "" : ", while " + heard.step;
        const std::string said = end.printed.empty() ? "" : ". It wrote: " + end.printed;
        findings.push_back({heard.unfinished, "failed",
                            "the module " + how_it_ended(end, limit) + where + said,
                            "nothing of a module may crash, exit or hang"});
    }
    for (const char* test : scenario.tests) {
        const bool known = std::any_of(findings.begin(), findings.end(),
                                       [&](const Finding& one) { return one.test == test; });
        if (!known)
            findings.push_back({test, "skipped", "an earlier test ended the process", ""});
    }
    return findings;
}

class Output {
public:
    explicit Output(bool as_json) : json_(as_json) {
        if (!json_)
            print(table_heading());
    }
    void show(const Finding& finding) {
        counts_.add(finding);
        print(json_ ? test_event(finding) : table_row(finding));
    }
    int end() {
        print(json_ ? end_event(counts_) : table_end(counts_));
        return counts_.failed == 0 ? exit_success : exit_failed;
    }

private:
    static void print(const std::string& text) {
        if (const int error = write_all(STDOUT_FILENO, text))
            throw std::system_error(error, std::generic_category(), "cannot write to stdout");
    }

    bool json_;
    Counts counts_;
};

Finding about_prints(const std::string& printed) {
    if (printed.empty())
        return {"prints-nothing", "passed", "nothing came on stdout and stderr", ""};
    return {"prints-nothing", "failed", "the module wrote to stdout or stderr: " + printed,
            "say it to wfn_host.log instead"};
}

int complain(int exit_code, const std::string& message) {
    const Terminal terminal = inspect_terminal(STDERR_FILENO);
    static_cast<void>(write_all(STDERR_FILENO, message_text("Error", message, terminal)));
    return exit_code;
}

bool input_was_refused(const Heard& heard) {
    return std::any_of(heard.findings.begin(), heard.findings.end(), [](const Finding& one) {
        return one.test == "input-valid" && one.outcome == "skipped";
    });
}

// The connection comes from the file alone: a variable that happens to be set must not pay for a check.
wfn::Request request_of(const Options& options, const wfn::Node& node) {
    const std::optional<wfn::Connection> connection = node.connection();
    if (!options.connection_file && connection && connection->required) {
        throw UsageError("the node needs a connection (" + std::string(connection->name)
                         + "). The tests make about ten runs with it, each of which may cost money: name"
                           " it with --connection FILE, best one of a sandbox. The environment is not"
                           " asked.");
    }
    std::vector<std::string> ignored;
    wfn::Request request = make_request(options, node, false, ignored);
    if (!options.connection_file)
        request.connection_json.clear();
    if (!files_in(request.input_json, media_inputs(node.ui_json())).empty())
        throw UsageError("the tests need an input that is the same everywhere: give a URL instead of a file");
    if (!options.input_file && !options.image && options.assignments.empty())
        request.input_json = example_input(node);
    return request;
}

void make(const Options& options, const Scenario& scenario, Report& report) {
    Subject subject;
    const Target target = choose_target(options.target);
    subject.path = target.module_path;
    subject.module.emplace(wfn::Module::load(target.module_path));
    subject.node = choose_node(*subject.module, target.action);
    wfn::Request request = request_of(options, *subject.node);
    subject.input = std::move(request.input_json);
    subject.connection = std::move(request.connection_json);
    subject.limit = limit_of(options);
    subject.usual = milliseconds(options.usual_ms);
    std::thread([] {
    }).join(); // with the first thread a sanitizer starts one of its own, which counts for nobody
    scenario.make(subject, report);
}

} // namespace

int check_module(const Options& options) {
    if (options.input_file == "-" || options.connection_file == "-")
        throw UsageError("check reads its files many times: neither can be standard input");
    const Target target = choose_target(options.target);
    std::optional<Output> output;
    milliseconds usual{-1};
    std::string printed;
    for (const Scenario& scenario : scenarios()) {
        const milliseconds limit = scenario.limit + scenario.runs * limit_of(options);
        const ProcessEnd end = run_this_program(arguments_for(options, target, scenario.name, usual), limit);
        const Heard heard = understand(end.report);
        if (heard.refused != 0)
            return complain(heard.refused, heard.refusal);
        if (!output) {
            if (heard.unfinished.empty() && heard.findings.empty())
                return complain(exit_no_module, "the module \"" + target.module_path + "\" "
                                                    + how_it_ended(end, limit) + " while it was loaded");
            output.emplace(options.json);
        }
        for (const Finding& finding : findings_of(scenario, heard, end, limit))
            output->show(finding);
        if (heard.unfinished.empty())
            printed += end.printed;
        if (heard.usual.count() >= 0)
            usual = heard.usual;
        if (input_was_refused(heard)) {
            output->end();
            return complain(exit_usage,
                            "no run can be tested: the module does not take the input of the tests."
                            " Give one with --input FILE.");
        }
    }
    output->show(about_prints(printed));
    return output->end();
}

void make_scenario(const Options& options) {
    Report report(options.report_fd);
    try {
        const auto& all = scenarios();
        const auto scenario = std::find_if(all.begin(), all.end(),
                                           [&](const Scenario& one) { return one.name == options.scenario; });
        if (scenario == all.end())
            throw UsageError("there is no scenario \"" + options.scenario + "\"");
        make(options, *scenario, report);
    } catch (const wfn::LoadError& error) {
        report.refuse(exit_no_module, error.what());
    } catch (const std::exception& error) {
        report.refuse(exit_usage, error.what());
    }
    ::_exit(exit_success); // not exit: a test may have left the module's threads behind
}

} // namespace cli::check
