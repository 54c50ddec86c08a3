#pragma once

#include "display/run_display.hpp"
#include "posix/event_loop.hpp"
#include "run/run_keeper.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace cli {

// The run, for the signal thread: a signal may come before there is one. [any]
class Cancellation {
public:
    // While it lives, request() reaches this run.
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

// Shows one run from its start to its end, on stdout and stderr. For one thread.
class RunExecution {
public:
    // keeper: where its checkpoint is kept; null: nowhere. All must outlive it.
    RunExecution(const Options& options, const wfn::Module& module, const wfn::Node& node, RunKeeper* keeper);

    // What to tell before the run starts.
    void warn(const std::vector<std::string>& warnings);

    // The exit code. Of the request, the callbacks are set here. Throws wfn::StatusError.
    int go(wfn::Request request);

private:
    void prepare(wfn::Request& request);
    void show_until_over(wfn::Run& run);
    void on_progress(const wfn::Progress& progress);
    void on_checkpoint_tried(const std::string& problem);
    void on_signal(int signal);
    void show_warnings(const std::string& warnings_json);
    void write_output(const std::string& text);
    int conclude(const wfn::Result& result, int signal);
    void settle_checkpoint(const wfn::Result& result);
    void tell_suspended(const wfn::Result& result);
    int report_lost_output(const wfn::Result& result);

    const Options& options_;
    const wfn::Module& module_;
    const wfn::Node& node_;
    RunKeeper* keeper_;
    Terminal terminal_;
    RunDisplay display_;
    std::shared_ptr<EventLoop> loop_; // shared: a keeper may tell of the end late
    bool over_ = false;
    Cancellation cancellation_;
    int stdout_error_ = 0;
};

} // namespace cli
