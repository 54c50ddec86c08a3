#pragma once

#include "check/report.hpp"
#include "check/watched_run.hpp"

#include <workflow_node/host.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace cli::check {

// The module under test, and how to run its node.
struct Subject {
    std::optional<wfn::Module> module;
    std::optional<wfn::Node> node;
    std::string input;
    std::string connection;              // empty: none
    std::chrono::milliseconds limit{0};  // for one run
    std::chrono::milliseconds usual{-1}; // what one run took; negative: not known
    std::string path;

    const wfn_module& table() const { return module->get(); }
    bool can_resume() const { return node->can_resume(); }
};

// Of node.h: within that time a run ends that is cancelled, suspended, or whose checkpoint is not kept.
inline constexpr std::chrono::milliseconds promise{5000};

// A session of the module, opened for the test. What is left open is not closed: the process ends.
class TestSession {
public:
    explicit TestSession(const Subject& subject);

    wfn_session* get() const { return handle_; }
    // Throws Failed where close refuses, or takes too long. Returns what it took.
    std::chrono::milliseconds close();

private:
    const Subject& subject_;
    wfn_session* handle_ = nullptr;
};

// Flags with which a run that is stopped at once, or before its first checkpoint is kept, pays for nothing.
std::uint32_t unpaid_flags(const Subject& subject);

// Starts a run, as `wanted` says, of the subject's input and connection.
struct Wanted {
    std::uint32_t flags = 0;
    std::int32_t suspend = WFN_SUSPEND_NEVER;
    std::string checkpoint;
    std::optional<std::string> input;
    std::int64_t checkpoint_timeout_ms = 0;
    bool keeps_checkpoints = true;
};
// Throws Failed where execute refuses. The run is never destroyed: a callback may come late.
WatchedRun& start(const Subject& subject, const TestSession& session, const Wanted& wanted = {},
                  const WatchedRun::Hooks& hooks = {});

// Waits for its end, at most the subject's limit, and throws Failed where it does not come.
void finish(const Subject& subject, WatchedRun& run);
// Waits for its end, at most that long; what was asked of it, e.g. "run_cancel". Returns what it took.
std::chrono::milliseconds finish_within(const Subject& subject, WatchedRun& run,
                                        std::chrono::milliseconds limit, const std::string& asked);
// Throws Failed where the run's callbacks broke a rule.
void expect_manners(const WatchedRun& run);
// How it ended, e.g. "failed (invalid_input)".
std::string ended(const WatchedRun& run);
// A while in which nothing must come.
void watch_for_more();

// The threads of this process.
std::size_t count_threads();
// Waits until there are no more than that: a thread that was joined is listed for a moment longer.
bool threads_fell_to(std::size_t count);

// "1 thread", "2 threads"
std::string counted(std::size_t count, const std::string& thing);
std::string milliseconds_text(std::chrono::milliseconds time);
std::string status_name(wfn_status status);
void expect_status(wfn_status got, wfn_status wanted, const std::string& call);

} // namespace cli::check
