#include "check/watched_run.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace cli::check {

namespace {

thread_local bool inside_execute = false;

bool is_known_outcome(wfn_outcome outcome) {
    return outcome >= WFN_SUCCEEDED && outcome <= WFN_SUSPENDED;
}

} // namespace

wfn_status WatchedRun::execute(const wfn_node& node, wfn_session* session, wfn_request& request,
                               bool checkpoints) {
    request.user_data = this;
    request.on_progress = &WatchedRun::progress;
    request.on_checkpoint = checkpoints ? &WatchedRun::checkpoint : nullptr;
    request.on_attachment = hooks_.on_attachment ? &WatchedRun::attachment : nullptr;
    request.on_complete = &WatchedRun::complete;
    began_ = Clock::now();
    inside_execute = true;
    const wfn_status status = node.execute(&node, session, &request, &handle_);
    inside_execute = false;
    return status;
}

void WatchedRun::fault(const char* test, const std::string& what) {
    const std::lock_guard lock(mutex_);
    const bool known = std::any_of(faults_.begin(), faults_.end(),
                                   [&](const Fault& one) { return one.test == test && one.what == what; });
    if (!known && faults_.size() < 100)
        faults_.push_back({test, what});
}

void WatchedRun::enter(const char* callback, wfn_run* run) {
    const std::string name = callback;
    if (inside_execute)
        fault("execute-stack", name + " was called inside execute, on the same thread");
    // Nothing waits for an answer outside on_checkpoint, and a finished run takes a cancel: only a handle
    // that is not valid is answered so.
    if (name == "on_progress" && module_.run_checkpoint_saved(run, 1) == WFN_INVALID_HANDLE)
        fault("callback-handle", name + " was given a handle that the module itself calls invalid");
    if (name == "on_complete" && module_.run_cancel(run) == WFN_INVALID_HANDLE)
        fault("callback-handle", name + " was given a handle that the module itself calls invalid");
    const std::lock_guard lock(mutex_);
    if (completions_ > 0 && faults_.size() < 100)
        faults_.push_back({"complete-once", name + " came after on_complete"});
}

void WatchedRun::progress(void* user_data, wfn_run* run, const wfn_progress* progress) {
    auto& self = *static_cast<WatchedRun*>(user_data);
    self.enter("on_progress", run);
    if (progress == nullptr) {
        self.fault("callbacks", "on_progress was given NULL");
        return;
    }
    if (progress->phase < WFN_PREPARING || progress->phase > WFN_CANCELLING)
        self.fault("callbacks", "the phase " + std::to_string(progress->phase) + " is not one of node.h");
    if (std::isnan(progress->fraction) || progress->fraction > 1.0)
        self.fault("callbacks", "the fraction " + std::to_string(progress->fraction)
                                    + " is neither negative nor from 0 to 1");
    if (progress->message == nullptr)
        self.fault("callbacks", "the message of a progress was NULL");
    {
        const std::lock_guard lock(self.mutex_);
        if (self.phases_.size() < 100000)
            self.phases_.push_back(progress->phase);
    }
    self.changed_.notify_all();
    if (self.hooks_.on_progress)
        self.hooks_.on_progress(run);
}

void WatchedRun::checkpoint(void* user_data, wfn_run* run, const wfn_checkpoint* checkpoint) {
    auto& self = *static_cast<WatchedRun*>(user_data);
    self.enter("on_checkpoint", run);
    if (checkpoint == nullptr || checkpoint->json == nullptr) {
        self.fault("callbacks", "on_checkpoint was given no checkpoint");
    } else {
        const std::lock_guard lock(self.mutex_);
        if (self.checkpoints_.empty())
            self.phases_before_checkpoint_ = self.phases_.size();
        self.checkpoints_.push_back(wfn::detail::copy(*checkpoint));
    }
    self.changed_.notify_all();
    std::optional<bool> answer = true;
    if (self.hooks_.on_checkpoint)
        answer = self.hooks_.on_checkpoint(run);
    if (answer && self.module_.run_checkpoint_saved(run, *answer ? 1 : 0) == WFN_INVALID_HANDLE)
        self.fault("callback-handle", "on_checkpoint was given a handle that the module calls invalid");
}

void WatchedRun::attachment(void* user_data, wfn_run* run, const wfn_attachment_request* attachment) {
    auto& self = *static_cast<WatchedRun*>(user_data);
    self.enter("on_attachment", run);
    if (attachment == nullptr || attachment->name == nullptr || attachment->path == nullptr
        || attachment->media_types == nullptr)
        self.fault("callbacks", "on_attachment was not told which file, or what is taken");
    self.hooks_.on_attachment(run, attachment);
}

void WatchedRun::look_at(const wfn_result* result) {
    if (result == nullptr) {
        fault("callbacks", "on_complete was given no result");
        return;
    }
    if (!is_known_outcome(result->outcome)) {
        fault("callbacks", "the outcome " + std::to_string(result->outcome) + " is not one of node.h");
        return;
    }
    const bool needs_error = result->outcome == WFN_FAILED || result->outcome == WFN_CANCELLED;
    if (needs_error != (result->error != nullptr))
        fault("callbacks", needs_error ? "a run that failed or was cancelled has no error"
                                       : "a run that succeeded or was suspended has an error");
    const wfn_error* error = result->error;
    if (error != nullptr
        && (error->code == nullptr || error->type == nullptr || error->message == nullptr
            || error->cause == nullptr || error->solution == nullptr || error->json == nullptr))
        fault("callbacks", "a text of the error is NULL");
    if (result->outcome != WFN_SUCCEEDED && result->output_json != nullptr)
        fault("callbacks", "a run that did not succeed has an output");
    if (result->warnings_json == nullptr)
        fault("callbacks", "warnings_json is NULL; without warnings it is \"[]\"");
    const std::lock_guard lock(mutex_);
    result_ = wfn::detail::copy(*result);
}

void WatchedRun::complete(void* user_data, wfn_run* run, const wfn_result* result) {
    auto& self = *static_cast<WatchedRun*>(user_data);
    self.enter("on_complete", run);
    self.look_at(result);
    {
        const std::lock_guard lock(self.mutex_);
        ++self.completions_;
        self.inside_ += 1;
    }
    try {
        if (self.hooks_.on_complete)
            self.hooks_.on_complete(run, result);
    } catch (...) {
        const std::lock_guard lock(self.mutex_);
        self.inside_ -= 1;
        self.changed_.notify_all();
        throw;
    }
    {
        const std::lock_guard lock(self.mutex_);
        self.inside_ -= 1;
    }
    self.changed_.notify_all();
}

bool WatchedRun::wait_over(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [this] { return completions_ > 0 && inside_ == 0; });
}

bool WatchedRun::wait_phase_beyond(wfn_phase phase, std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [this, phase] {
        return completions_ > 0
               || std::any_of(phases_.begin(), phases_.end(), [phase](wfn_phase one) { return one > phase; });
    });
}

bool WatchedRun::wait_checkpoints(std::size_t count, std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, limit,
                      [this, count] { return completions_ > 0 || checkpoints_.size() >= count; });
    return checkpoints_.size() >= count;
}

bool WatchedRun::over() const {
    const std::lock_guard lock(mutex_);
    return completions_ > 0;
}

wfn::Result WatchedRun::result() const {
    const std::lock_guard lock(mutex_);
    return result_;
}

std::vector<wfn::Checkpoint> WatchedRun::checkpoints() const {
    const std::lock_guard lock(mutex_);
    return checkpoints_;
}

std::vector<WatchedRun::Fault> WatchedRun::faults() const {
    const std::lock_guard lock(mutex_);
    return faults_;
}

bool WatchedRun::was_in_phase(wfn_phase phase) const {
    const std::lock_guard lock(mutex_);
    return std::find(phases_.begin(), phases_.end(), phase) != phases_.end();
}

bool WatchedRun::came_to_phase_after_checkpoint(wfn_phase phase) const {
    const std::lock_guard lock(mutex_);
    const auto after = phases_.begin() + static_cast<std::ptrdiff_t>(phases_before_checkpoint_);
    if (after != phases_.begin() && *std::prev(after) == phase)
        return false; // it was there before, and a report of it may come late
    return std::find(after, phases_.end(), phase) != phases_.end();
}

std::size_t WatchedRun::progress_count() const {
    const std::lock_guard lock(mutex_);
    return phases_.size();
}

} // namespace cli::check
