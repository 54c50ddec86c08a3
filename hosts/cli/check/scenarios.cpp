#include "check/scenarios.hpp"

namespace cli::check {

const std::vector<Scenario>& scenarios() {
    using std::chrono::seconds;
    static const std::vector<Scenario> all{
        {"table", {"table", "errors-listed"}, seconds{20}, 0, check_table},
        {"sessions", {"open-close", "threads"}, seconds{60}, 0, check_sessions},
        {"handles", {"handles"}, seconds{30}, 1, check_handles},
        {"arguments", {"unknown-flags", "arguments"}, seconds{30}, 0, check_arguments},
        {"errors", {"error-codes", "input-valid"}, seconds{30}, 4, check_errors},
        {"files", {"attach", "file-refused", "file-unasked"}, seconds{30}, 3, check_files},
        {"callback-threads", {"wrong-thread"}, seconds{30}, 1, check_callback_threads},
        {"throwing", {"throwing"}, seconds{30}, 1, check_throwing},
        {"late-release", {"release-in-complete"}, seconds{30}, 1, check_late_release},
        {"fork", {"fork"}, seconds{40}, 1, check_fork},
        {"unload", {"unload"}, seconds{40}, 1, check_unload},
        {"early-release", {"release-early"}, seconds{40}, 0, check_early_release},
        {"early-cancel", {"cancel-early"}, seconds{40}, 0, check_early_cancel},
        {"refused-checkpoint", {"checkpoint-refused"}, seconds{90}, 0, check_refused_checkpoint},
        {"collect-only", {"collect-only"}, seconds{30}, 1, check_collect_only},
        {"close", {"close-live", "close-threads"}, seconds{40}, 0, check_close},
        {"run",
         {"complete-once", "execute-stack", "callback-handle", "callbacks", "output"},
         seconds{30},
         1,
         check_run},
        {"cancel", {"cancel"}, seconds{40}, 0, check_cancel},
        {"suspend", {"suspend"}, seconds{40}, 1, check_suspend},
        {"checkpoints",
         {"checkpoint-answers", "checkpoint-form", "resume"},
         seconds{60},
         3,
         check_checkpoint_answers},
    };
    return all;
}

} // namespace cli::check
