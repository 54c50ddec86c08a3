#include "commands/commands.hpp"
#include "journal/journal_error.hpp"
#include "options/exit_code.hpp"
#include "posix/files.hpp"
#include "posix/input_error.hpp"
#include "posix/signals.hpp"
#include "posix/terminal.hpp"
#include "posix/usage_error.hpp"
#include "text/error_text.hpp"

#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <exception>
#include <system_error>

namespace {

int fail(const std::string& message, int exit_code) {
    const cli::Terminal terminal = cli::inspect_terminal(STDERR_FILENO);
    static_cast<void>(cli::write_all(STDERR_FILENO, cli::message_text("Error", message, terminal)));
    return exit_code;
}

int run(const cli::Options& options) {
    switch (options.command) {
    case cli::Command::list:
        return cli::list_command(options);
    case cli::Command::describe:
        return cli::describe_command(options);
    case cli::Command::validate:
        return cli::validate_command(options);
    case cli::Command::batch:
        return cli::batch_command(options);
    case cli::Command::runs:
        return cli::runs_command(options);
    case cli::Command::collect:
        return cli::collect_command(options);
    case cli::Command::check:
        return cli::check_command(options);
    case cli::Command::run:
        break;
    }
    return cli::run_command(options);
}

int run_guarded(int argc, char** argv) {
    cli::guard_standard_descriptors();
    std::setlocale(LC_CTYPE, "");
    cli::ignore_write_signals();
    cli::keep_exit_statuses();
    const cli::ParsedOptions parsed = cli::parse_options(argc, argv);
    if (!parsed.problem.empty())
        return fail(parsed.problem + "\nSee workflow-node --help.", parsed.exit_code);
    if (!parsed.options) {
        const int error = cli::write_all(STDOUT_FILENO, parsed.out);
        return error == 0 ? parsed.exit_code : error == EPIPE ? cli::exit_broken_pipe : cli::exit_failed;
    }
    try {
        return run(*parsed.options);
    } catch (const cli::UsageError& error) {
        return fail(error.what(), cli::exit_usage);
    } catch (const cli::InputError& error) {
        return fail(error.what(), cli::exit_failed);
    } catch (const durable::JournalError& error) {
        return fail(error.what(), cli::exit_usage);
    } catch (const std::invalid_argument& error) { // a NUL in an argument or a file
        return fail(error.what(), cli::exit_usage);
    } catch (const wfn::LoadError& error) {
        return fail(error.what(), cli::exit_no_module);
    } catch (const wfn::StatusError& error) {
        if (error.status() == WFN_INVALID_ARGUMENT || error.status() == WFN_WRONG_THREAD)
            return fail(std::string("the module refused the call: ") + error.what(), cli::exit_usage);
        return fail(std::string("the module failed: ") + error.what() + " (status "
                        + std::to_string(error.status())
                        + "). Report this to the module's author; \"workflow-node check\""
                          " tests the module.",
                    cli::exit_failed);
    } catch (const std::system_error& error) {
        return error.code() == std::errc::broken_pipe ? cli::exit_broken_pipe
                                                      : fail(error.what(), cli::exit_failed);
    }
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run_guarded(argc, argv);
    } catch (const std::exception& error) {
        // Not through fail(): it may be out of memory.
        static_cast<void>(cli::write_all(STDERR_FILENO, "Error: "));
        static_cast<void>(cli::write_all(STDERR_FILENO, error.what()));
        static_cast<void>(cli::write_all(STDERR_FILENO, "\n"));
        return cli::exit_failed;
    }
}
