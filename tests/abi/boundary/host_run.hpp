#pragma once

#include "loaded_module.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace boundary_tests {

// The page's first example.
std::string valid_input();

// The same with a file of the host as the image.
std::string input_with_file();
// What there is of a JPEG where nobody looks at the picture; of at least so many bytes.
std::string jpeg_file(std::size_t bytes = 0);

// A wfn_result, copied.
struct Ending {
    wfn_outcome outcome = WFN_FAILED;
    std::optional<std::string> output;
    std::string error_code; // empty where there is no error
    bool retryable = false;
    std::string error_json;
    std::optional<std::string> checkpoint;
    std::int64_t resume_after_ms = 0;
    std::string warnings;
};

// One run as a host makes it: the request and what it points to, and what the callbacks brought. Set the
// public members, then start(). The destructor cancels a run that is not over, waits for it and gives it up.
class HostRun {
public:
    HostRun(const LoadedModule& module, std::string connection);
    HostRun(const HostRun&) = delete;
    HostRun& operator=(const HostRun&) = delete;
    ~HostRun();

    wfn_request request{}; // numbers and flags; start() sets the rest
    std::optional<std::string> input = valid_input();
    std::optional<std::string> connection;
    std::optional<std::string> run_key;
    std::optional<std::string> checkpoint;
    bool keeps_checkpoints = false;
    // Called on the module's threads. Without on_checkpoint a checkpoint is answered with "kept" at once.
    std::function<void(wfn_run*, const std::string&)> on_checkpoint;
    std::function<void(wfn_run*, const wfn_result*)> on_complete;
    // Empty: the host has no files.
    std::function<void(wfn_run*, const wfn_attachment_request*)> on_attachment;

    // Answers on_attachment with the file, or with why there is none.
    wfn_status give(wfn_run* run, const std::string& file) const;
    wfn_status give_failure(wfn_run* run, const char* failure) const;

    wfn_status start(wfn_session* session);
    wfn_run* handle() const noexcept { return handle_; }
    void forget_handle() noexcept { handle_ = nullptr; } // where the test itself has released it

    // Waits until on_complete has come and the run is over. Throws std::runtime_error where it does not.
    Ending wait();
    bool wait_for_checkpoints(std::size_t count);
    bool wait_for_attachment();

    std::vector<std::string> checkpoints() const;
    int attachments() const; // how often a file was asked for
    int completions() const;
    // Callbacks where none may come: on the thread that called execute, or after on_complete.
    int misplaced_callbacks() const;

private:
    static void progress_came(void* self, wfn_run* run, const wfn_progress* progress);
    static void checkpoint_came(void* self, wfn_run* run, const wfn_checkpoint* checkpoint);
    static void attachment_came(void* self, wfn_run* run, const wfn_attachment_request* attachment);
    static void completion_came(void* self, wfn_run* run, const wfn_result* result);
    void completed(const wfn_result& result);
    void count_callback();

    const LoadedModule& module_;
    wfn_run* handle_ = nullptr;
    std::thread::id starter_;
    mutable std::mutex mutex_; // of what follows
    std::condition_variable changed_;
    std::vector<std::string> checkpoints_;
    Ending ending_;
    int attachments_ = 0;
    int completions_ = 0;
    int misplaced_ = 0;
};

} // namespace boundary_tests
