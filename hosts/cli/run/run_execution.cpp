#include "run/run_execution.hpp"

#include "display/json_events.hpp"
#include "journal/module_check.hpp"
#include "options/exit_code.hpp"
#include "text/duration.hpp"
#include "text/error_text.hpp"
#include "text/json_text.hpp"
#include "text/price.hpp"

#include <boost/json/object.hpp>

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

namespace cli {

namespace {

// Said while there is still time to stop.
wfn::Progress with_price(wfn::Progress progress, const Price& price) {
    if (progress.phase == wfn::Phase::submitting && price.is_known())
        progress.message += " (about " + price_text(price) + " by the node's list)";
    return progress;
}

// For its lifetime, the keeper answers the run's checkpoints.
class KeeperAttachment {
public:
    KeeperAttachment(RunKeeper* keeper, wfn::Run& run) : keeper_(keeper) {
        if (keeper_ != nullptr)
            keeper_->started(run);
    }
    ~KeeperAttachment() {
        if (keeper_ != nullptr)
            keeper_->detach();
    }
    KeeperAttachment(const KeeperAttachment&) = delete;
    KeeperAttachment& operator=(const KeeperAttachment&) = delete;

private:
    RunKeeper* keeper_;
};

// For its lifetime, the run is given its files.
class FilesAttachment {
public:
    FilesAttachment(AttachedFiles::OfRun& files, wfn::Run& run) : files_(files) { files_.started(run); }
    ~FilesAttachment() { files_.detach(); }
    FilesAttachment(const FilesAttachment&) = delete;
    FilesAttachment& operator=(const FilesAttachment&) = delete;

private:
    AttachedFiles::OfRun& files_;
};

} // namespace

RunExecution::RunExecution(const Options& options, const wfn::Module& module, const wfn::Node& node,
                           RunKeeper* keeper, TraceFile* trace, RunMedia* media)
    : options_(options), module_(module), node_(node), keeper_(keeper), trace_(trace), media_(media),
      terminal_(inspect_terminal(STDERR_FILENO)), display_(options, terminal_),
      loop_(std::make_shared<EventLoop>()),
      limit_(options.timeout.count() > 0 ? std::optional(options.timeout) : std::nullopt),
      files_([this, loop = loop_](const std::string& what) {
          loop->post([this, what] { display_.note(what + "."); });
      }) {}

void RunExecution::warn(const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings)
        display_.warning(warning);
}

void RunExecution::note(const std::vector<std::string>& notes) {
    for (const std::string& note : notes)
        display_.note(note);
}

int RunExecution::run(wfn::Request request) {
    prepare(request);
    SignalWatcher signals(
        [this](int signal) {
            loop_->post([this, signal] { on_signal(signal); }); // first, so that it is shown before the end
            cancellation_.request();
            if (media_ != nullptr)
                media_->stop();
        },
        [this] {
            if (media_ != nullptr)
                media_->discard_part();
            if (terminal_.live)
                static_cast<void>(write_all(STDERR_FILENO, restore_terminal));
        });
    wfn::Session session = wfn::Session::open(
        module_, session_options(
                     trace_,
                     [this](wfn::LogLevel level, const std::string& text) {
                         loop_->post_losable([this, level, text] { display_.log(level, text); });
                     },
                     [this](const std::string& warning) {
                         loop_->post([this, warning] { display_.warning(warning); });
                     }));
    AttachedFiles::OfRun attached(files_, request);
    wfn::Run run = session.start(node_, std::move(request));
    const FilesAttachment given(attached, run);
    const KeeperAttachment kept(keeper_, run);
    const Cancellation::Attachment attachment(cancellation_, run);
    show_until_over(run, signals);
    wfn::Result result = *std::move(result_);
    if (durable::check_result(result) && keeper_ != nullptr)
        result.checkpoint = keeper_->last_checkpoint();
    const int code = conclude(result, signals);
    close_within_limit(session, code);
    return code;
}

void RunExecution::prepare(wfn::Request& request) {
    request.timeout = options_.timeout;
    request.cancel_job_at_deadline = options_.cancel_job_at_deadline;
    if (options_.suspend) {
        request.suspend = wfn::Suspend::when_submitted;
    } else if (options_.suspend_after) {
        request.suspend = wfn::Suspend::after;
        request.suspend_after = *options_.suspend_after;
    }
    request.on_progress = [this, loop = loop_](const wfn::Progress& progress) {
        loop->post_losable([this, progress] { on_progress(progress); });
    };
    request.on_complete = [this, loop = loop_](const wfn::Result& result) {
        loop->post([this, result] { result_ = result; });
    };
    if (keeper_ != nullptr) {
        const std::string note = keeper_->attach(request, [this, loop = loop_](const std::string& problem) {
            loop->post([this, problem] { on_checkpoint_saved(problem); });
        });
        if (!note.empty())
            display_.note(note);
    }
    limit_.watch(request);
}

void RunExecution::show_until_over(wfn::Run& run, const SignalWatcher& signals) {
    constexpr std::chrono::milliseconds redraw_after{250};
    while (!result_) {
        loop_->run_one(redraw_after);
        display_.tick();
        if (stdout_error_ == EPIPE) {
            // Nobody will see the result. If there is a keeper, what is paid for can be collected later.
            keeper_ != nullptr ? run.suspend() : run.cancel();
        }
        if (signals.received() != 0 || stdout_error_ == EPIPE)
            limit_.asked_to_stop();
        if (const char* missed = limit_.missed())
            give_up(missed, signals.received());
    }
}

// The module would not let the session be closed either, so this does not return.
void RunExecution::give_up(const char* missed, int signal) {
    display_.finish();
    const std::string advice = keeper_ != nullptr ? " " + keeper_->resume_advice("") : "";
    display_.error(message_text(
        "Error",
        never_ended_text(missed, "this program ends without it. The job may go on at the service." + advice),
        terminal_));
    ::_exit(signal != 0 ? 128 + signal : stdout_error_ == EPIPE ? exit_broken_pipe : exit_failed);
}

void RunExecution::on_progress(const wfn::Progress& progress) {
    display_.progress(with_price(progress, read_price(node_.price_json())));
    if (options_.json)
        write_output(progress_event(progress));
}

void RunExecution::on_checkpoint_saved(const std::string& problem) {
    if (!problem.empty())
        display_.error(message_text("Error", problem, terminal_));
    if (options_.json)
        write_output(checkpoint_event(problem.empty()));
}

void RunExecution::on_signal(int signal) {
    const std::string what = result_ ? "Stopping the download" : "Cancelling";
    display_.note(what + (signal == SIGINT ? "; press Ctrl-C again to quit at once." : "."));
}

// Once stdout has failed, nothing more is written to it.
void RunExecution::write_output(const std::string& text) {
    if (stdout_error_ == 0)
        stdout_error_ = write_all(STDOUT_FILENO, text);
}

// The result is written before the checkpoint that could fetch it again is removed. The file may take long:
// the output does not wait for it.
int RunExecution::conclude(const wfn::Result& result, const SignalWatcher& signals) {
    display_.finish();
    show_warnings(result.warnings_json);
    const bool has_file = media_ != nullptr && result.succeeded();
    if (!options_.json && result.succeeded())
        write_output(one_line(result.output_json) + "\n");
    if (options_.json && has_file)
        write_output(output_event(result.output_json));
    if (has_file && signals.received() != 0)
        display_.note("The run succeeded all the same; its file is not downloaded.");
    if (has_file)
        file_ = media_->keep(result.output_json, display_, *loop_);
    display_.finish();
    if (options_.json) {
        write_output(result_event(result, file_ ? files_json({*file_}) : ""));
    } else if (!result.succeeded() && result.error) {
        const bool cancelled = result.outcome == wfn::Outcome::cancelled;
        display_.error(cancelled ? cancelled_text(*result.error, terminal_)
                                 : error_text(*result.error, terminal_));
    }
    const bool file_is_missing = file_ && !file_->kept;
    const bool is_needed =
        result.succeeded()
        && ((file_is_missing && keeper_ != nullptr && keeper_->leads_to_file()) || stdout_error_ != 0);
    if (keeper_ != nullptr && (keeper_->keeps_output() || !is_needed))
        settle_checkpoint(result);
    if (result.outcome == wfn::Outcome::suspended)
        tell_suspended(result);
    if (file_) {
        const std::string advice =
            keeper_ != nullptr ? keeper_->file_advice(*file_, *options_.output_file) : take_url_advice;
        tell_file(*file_, advice, options_, display_);
    }
    if (stdout_error_ != 0)
        return report_lost_output(result);
    return file_is_missing ? exit_file_not_kept : exit_code(result, signals.received());
}

void RunExecution::show_warnings(const std::string& warnings_json) {
    if (options_.json) {
        write_output(warning_events(warnings_json));
        return;
    }
    for (const std::string& message : warning_messages(warnings_json))
        display_.warning(message);
}

void RunExecution::settle_checkpoint(const wfn::Result& result) {
    const std::string problem = keeper_->settle(result);
    if (problem.empty())
        return;
    display_.error(message_text("Error", problem, terminal_));
    if (result.checkpoint) {
        display_.error("To resume later, save this line in a file and pass it with --checkpoint:\n"
                       + one_line(result.checkpoint->json) + "\n");
    }
}

void RunExecution::tell_suspended(const wfn::Result& result) {
    const std::string when = result.resume_after && result.resume_after->count() > 0
                                 ? " in about " + spoken_duration(*result.resume_after)
                                 : "";
    const std::string where = !result.checkpoint ? "Suspended, with nothing to go on from. "
                              : result.checkpoint->submission == wfn::Submission::no
                                  ? "Suspended; nothing is under way at a service. "
                                  : "Suspended; the job continues at the service. ";
    display_.note(where
                  + (keeper_ != nullptr && result.checkpoint
                         ? keeper_->resume_advice(when)
                         : "Run the same command again" + when
                               + (result.checkpoint ? " with the checkpoint." : " to start anew.")));
}

int RunExecution::report_lost_output(const wfn::Result& result) {
    display_.error(message_text(
        "Error", "the output could not be written to stdout: " + errno_text(stdout_error_), terminal_));
    if (result.succeeded())
        display_.error(one_line(result.output_json) + "\n");
    return stdout_error_ == EPIPE ? exit_broken_pipe : exit_failed;
}

} // namespace cli
