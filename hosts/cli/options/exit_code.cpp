#include "options/exit_code.hpp"

namespace cli {

const char exit_code_help[] = "Exit codes:\n"
                              "  0    success\n"
                              "  1    the run failed and would fail again (or the input is not valid,\n"
                              "       or a test of check failed)\n"
                              "  2    usage error: bad arguments, a file that cannot be read\n"
                              "  3    the run failed, and may succeed when repeated\n"
                              "  4    suspended; the checkpoint is kept, run again to resume\n"
                              "  5    the module could not be loaded\n"
                              "  6    the run succeeded, but its file could not be kept\n"
                              "  129, 130, 143   cancelled: by a hang-up, by Ctrl-C, by SIGTERM\n"
                              "  141  the output's reader is gone\n";

int exit_code(const wfn::Result& result, int signal) {
    switch (result.outcome) {
    case wfn::Outcome::succeeded:
        return exit_success;
    case wfn::Outcome::suspended:
        return exit_suspended;
    case wfn::Outcome::cancelled:
        return signal != 0 ? 128 + signal : exit_failed;
    case wfn::Outcome::failed:
        break;
    }
    return result.error && result.error->retryable ? exit_retryable : exit_failed;
}

} // namespace cli
