#pragma once

#include <workflow_node/host.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace cli::check {

// One run, and all that its callbacks did. It must live until the process ends.
class WatchedRun {
public:
    using Clock = std::chrono::steady_clock;

    // Called inside the callbacks of the same names. on_checkpoint returns the answer to give there; nullopt:
    // it is given otherwise.
    struct Hooks {
        std::function<void(wfn_run*)> on_progress;
        std::function<std::optional<bool>(wfn_run*)> on_checkpoint;
        std::function<void(wfn_run*, const wfn_result*)> on_complete;
        // Empty: the run is not given any.
        std::function<void(wfn_run*, const wfn_attachment_request*)> on_attachment;
    };

    // A broken rule, of the test that is about it.
    struct Fault {
        std::string test; // "complete-once", "execute-stack", "callback-handle", "callbacks"
        std::string what;
    };

    WatchedRun(const wfn_module& module, Hooks hooks) : module_(module), hooks_(std::move(hooks)) {}
    WatchedRun(const WatchedRun&) = delete;
    WatchedRun& operator=(const WatchedRun&) = delete;

    // Fills in the callbacks, and calls execute.
    wfn_status execute(const wfn_node& node, wfn_session* session, wfn_request& request, bool checkpoints);

    wfn_run* handle() const { return handle_; }
    Clock::time_point began() const { return began_; }
    bool wait_over(std::chrono::milliseconds limit);
    bool wait_phase_beyond(wfn_phase phase, std::chrono::milliseconds limit); // or its end
    bool wait_checkpoints(std::size_t count, std::chrono::milliseconds limit);
    bool over() const;
    wfn::Result result() const;
    std::vector<wfn::Checkpoint> checkpoints() const;
    std::vector<Fault> faults() const;
    bool was_in_phase(wfn_phase phase) const;
    bool came_to_phase_after_checkpoint(wfn_phase phase) const; // after its first one
    std::size_t progress_count() const;

private:
    static void progress(void* user_data, wfn_run* run, const wfn_progress* progress);
    static void checkpoint(void* user_data, wfn_run* run, const wfn_checkpoint* checkpoint);
    static void attachment(void* user_data, wfn_run* run, const wfn_attachment_request* attachment);
    static void complete(void* user_data, wfn_run* run, const wfn_result* result);

    void enter(const char* callback, wfn_run* run);
    void look_at(const wfn_result* result);
    void fault(const char* test, const std::string& what);

    const wfn_module& module_;
    Hooks hooks_;
    wfn_run* handle_ = nullptr;
    Clock::time_point began_{};

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    int completions_ = 0;
    int inside_ = 0; // callbacks that have not returned
    std::vector<Fault> faults_;
    std::vector<wfn::Checkpoint> checkpoints_;
    std::vector<wfn_phase> phases_;
    std::size_t phases_before_checkpoint_ = 0;
    wfn::Result result_;
};

} // namespace cli::check
