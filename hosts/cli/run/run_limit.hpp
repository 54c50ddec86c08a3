#pragma once

#include <workflow_node/host.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace cli {

// How long this program waits for a module to end a run, which a faulty one may never do. Its session cannot
// be closed then either, so the process has to end without it. For one thread.
class RunLimit {
public:
    // allowed: what the run takes at most, e.g. until its deadline; nullopt: nobody here knows.
    explicit RunLimit(std::optional<std::chrono::milliseconds> allowed) : allowed_(allowed) {}

    // The run starts now. Wraps the request's on_complete, whatever it does by then: call it last.
    void watch(wfn::Request& request);
    // The run was cancelled or suspended. Only the first time counts.
    void asked_to_stop();
    // When the run should have ended, as the end of a sentence about the module; null: it is not late.
    const char* missed() const;

private:
    using Clock = std::chrono::steady_clock;

    std::optional<std::chrono::milliseconds> allowed_;
    Clock::time_point started_at_;
    std::optional<Clock::time_point> asked_at_;
    // What the module did in time is not late because this program, or its output, is busy.
    std::shared_ptr<std::atomic<bool>> over_ = std::make_shared<std::atomic<bool>>(false);
};

// For people: that it missed the end of the run, and what follows, in sentences.
std::string never_ended_text(const char* missed, const std::string& consequences);

// Closes the session once its runs are over. Does not return if the module's close does not: then this
// program says so and ends with the exit code.
void close_within_limit(wfn::Session& session, int exit_code);

} // namespace cli
