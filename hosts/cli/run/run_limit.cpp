#include "run/run_limit.hpp"

#include "posix/files.hpp"
#include "posix/terminal.hpp"
#include "text/error_text.hpp"

#include <unistd.h>

#include <future>
#include <thread>
#include <utility>

namespace cli {

namespace {

// A module ends a run within 5 s of being asked to; a machine may be busy.
constexpr std::chrono::milliseconds stop_limit{6000};
const char report_it[] = " Report this to the module's author; \"workflow-node check\" tests the module.";

} // namespace

void RunLimit::watch(wfn::Request& request) {
    request.on_complete = [over = over_, on_complete = std::move(request.on_complete)](const auto& result) {
        *over = true;
        on_complete(result);
    };
    started_at_ = Clock::now();
}

void RunLimit::asked_to_stop() {
    if (!asked_at_)
        asked_at_ = Clock::now();
}

const char* RunLimit::missed() const {
    if (*over_)
        return nullptr;
    const auto now = Clock::now();
    if (asked_at_ && now - *asked_at_ > stop_limit)
        return "when it was asked to";
    return allowed_ && now - started_at_ > *allowed_ + stop_limit ? "at its deadline" : nullptr;
}

std::string never_ended_text(const char* missed, const std::string& consequences) {
    return "the module did not end the run " + std::string(missed) + ", so " + consequences + report_it;
}

void close_within_limit(wfn::Session& session, int exit_code) {
    std::promise<void> closed;
    std::thread closing([&] {
        try {
            session.close();
        } catch (const wfn::StatusError&) { // its runs are over, and the process is about to end
        }
        closed.set_value();
    });
    if (closed.get_future().wait_for(stop_limit) == std::future_status::ready) {
        closing.join();
        return;
    }
    static_cast<void>(write_all(
        STDERR_FILENO,
        message_text("Error",
                     std::string("the module did not let its session be closed: something of it still runs,"
                                 " so this program ends without it.")
                         + report_it,
                     inspect_terminal(STDERR_FILENO))));
    ::_exit(exit_code);
}

} // namespace cli
