#pragma once

#include "attachment/attached_files.hpp"
#include "display/run_display.hpp"
#include "posix/event_loop.hpp"
#include "posix/signals.hpp"
#include "run/run_keeper.hpp"
#include "run/run_limit.hpp"
#include "run/run_media.hpp"
#include "run/trace_file.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace cli {

// Cancels the run for the signal thread: a signal may come before there is a run. [any]
class Cancellation {
public:
    // For its lifetime, request() reaches this run.
    class Attachment {
    public:
        Attachment(Cancellation& to, wfn::Run& run) : to_(to) { to_.attach(&run); }
        ~Attachment() { to_.attach(nullptr); }
        Attachment(const Attachment&) = delete;
        Attachment& operator=(const Attachment&) = delete;

    private:
        Cancellation& to_;
    };

    void request() {
        const std::lock_guard lock(mutex_);
        requested_ = true;
        if (run_ != nullptr)
            run_->cancel();
    }

private:
    void attach(wfn::Run* run) {
        const std::lock_guard lock(mutex_);
        run_ = run;
        if (requested_ && run_ != nullptr)
            run_->cancel();
    }

    std::mutex mutex_;
    wfn::Run* run_ = nullptr;
    bool requested_ = false;
};

// Executes one run and shows it on stdout and stderr. For one thread.
class RunExecution {
public:
    // keeper: keeps its checkpoint; media: the file behind its output; they and trace may be null. All must
    // outlive it.
    RunExecution(const Options& options, const wfn::Module& module, const wfn::Node& node, RunKeeper* keeper,
                 TraceFile* trace, RunMedia* media);

    // Shows warnings, or what is useful to know, before the run starts.
    void warn(const std::vector<std::string>& warnings);
    void note(const std::vector<std::string>& notes);

    // Runs it to its end and returns the exit code. Sets the request's callbacks. Throws wfn::StatusError.
    int run(wfn::Request request);

private:
    void prepare(wfn::Request& request);
    void show_until_over(wfn::Run& run, const SignalWatcher& signals);
    [[noreturn]] void give_up(const char* missed, int signal);
    void on_progress(const wfn::Progress& progress);
    void on_checkpoint_saved(const std::string& problem);
    void on_signal(int signal);
    void show_warnings(const std::string& warnings_json);
    void write_output(const std::string& text);
    int conclude(const wfn::Result& result, const SignalWatcher& signals);
    void settle_checkpoint(const wfn::Result& result);
    void tell_suspended(const wfn::Result& result);
    int report_lost_output(const wfn::Result& result);

    const Options& options_;
    const wfn::Module& module_;
    const wfn::Node& node_;
    RunKeeper* keeper_;
    TraceFile* trace_;
    RunMedia* media_;
    Terminal terminal_;
    RunDisplay display_;
    std::shared_ptr<EventLoop> loop_; // shared: the keeper may report the end late
    RunLimit limit_;
    std::optional<wfn::Result> result_;
    std::optional<MediaFile> file_; // of the output, where it was to be kept
    Cancellation cancellation_;
    AttachedFiles files_;
    int stdout_error_ = 0;
};

} // namespace cli
