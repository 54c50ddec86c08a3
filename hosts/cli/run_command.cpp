#include "checkpoint_file.hpp"
#include "commands.hpp"
#include "duration.hpp"
#include "error_text.hpp"
#include "exit_code.hpp"
#include "json_events.hpp"
#include "node_choice.hpp"
#include "request_source.hpp"
#include "run_display.hpp"
#include "run_events.hpp"
#include "schema_view.hpp"
#include "signals.hpp"

#include <boost/json/object.hpp>

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>

namespace cli {

namespace {

/* The run, for the signal thread: a signal may come before there is one. */
class Cancellation {
public:
    /* While it lives, request() reaches this run. */
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
        if (run_ != nullptr) {
            run_->cancel();
        }
    }

private:
    void attach(wfn::Run* run) {
        const std::lock_guard lock(mutex_);
        run_ = run;
        if (requested_ && run_ != nullptr) {
            run_->cancel();
        }
    }

    std::mutex mutex_;
    wfn::Run* run_ = nullptr;
    bool requested_ = false;
};

/* One execution of the command. Everything is printed on the thread that calls go. */
class RunCommand {
public:
    RunCommand(const Options& options, const wfn::Module& module, const wfn::Node& node)
        : options_(options), module_(module), node_(node), terminal_(inspect_terminal(STDERR_FILENO)),
          display_(options, terminal_) {}

    int go() {
        wfn::Request request = prepare();
        SignalWatcher signals(
            [this](int signal) {
                events_.push(SignalReceived{signal}); // first, so that it is told before the end
                cancellation_.request();
            },
            [this] {
                if (terminal_.live) {
                    static_cast<void>(write_all(STDERR_FILENO, restore_terminal));
                }
            });
        wfn::Session session = wfn::Session::open(
            module_,
            {"workflow-node", WORKFLOW_NODE_VERSION, {}, [this](wfn::LogLevel level, const auto& text) {
                 events_.push(LogLine{level, text});
             }});
        wfn::Run run = session.start(node_, std::move(request));
        const Cancellation::Attachment attachment(cancellation_, run);
        show_until_over(run);
        run.wait();
        const wfn::Result result = run.result().value();
        display_.finish();
        return conclude(result, signals.received());
    }

private:
    wfn::Request prepare() {
        std::vector<std::string> warnings;
        wfn::Request request = make_request(options_, node_, true, warnings);
        for (const std::string& warning : warnings) {
            display_.warning(warning);
        }
        request.run_key = options_.run_key;
        request.timeout = options_.timeout;
        request.cancel_job_at_deadline = options_.cancel_job_at_deadline;
        if (options_.suspend) {
            request.suspend = wfn::Suspend::when_submitted;
        } else if (options_.suspend_after) {
            request.suspend = wfn::Suspend::after;
            request.suspend_after = *options_.suspend_after;
        }
        request.on_progress = [this](const wfn::Progress& progress) { events_.push(progress); };
        request.on_complete = [this](const wfn::Result&) { events_.push(RunOver{}); };
        if (options_.checkpoint_file) {
            use_checkpoint(request);
        }
        return request;
    }

    void use_checkpoint(wfn::Request& request) {
        checkpoint_.emplace(*options_.checkpoint_file);
        if (const auto kept = checkpoint_->load(); kept && !kept->empty()) {
            request.checkpoint_json = *kept;
            display_.note("Going on from the checkpoint " + checkpoint_->path() + ".");
        }
        // Answers only once the checkpoint has reached the disk: the run submits after that.
        request.on_checkpoint = [this](const std::string& checkpoint_json) {
            std::string problem = checkpoint_->save(checkpoint_json);
            const bool kept = problem.empty();
            events_.push(CheckpointTried{std::move(problem)});
            return kept ? wfn::CheckpointAnswer::kept : wfn::CheckpointAnswer::not_kept;
        };
    }

    void show_until_over(wfn::Run& run) {
        constexpr std::chrono::milliseconds redraw_after{250};
        for (bool over = false; !over;) {
            for (const RunEvent& event : events_.take(redraw_after)) {
                over = over || std::holds_alternative<RunOver>(event);
                show(event);
            }
            display_.tick();
            if (stdout_error_ == EPIPE) {
                // Nobody will see the result. What is paid for can be collected later, if there is a way.
                checkpoint_ ? run.suspend() : run.cancel();
            }
        }
    }

    void show(const RunEvent& event) {
        if (const auto* progress = std::get_if<wfn::Progress>(&event)) {
            display_.progress(*progress);
            if (options_.json) {
                write_output(progress_event(*progress));
            }
        } else if (const auto* log = std::get_if<LogLine>(&event)) {
            display_.log(log->level, log->text);
        } else if (const auto* tried = std::get_if<CheckpointTried>(&event)) {
            if (!tried->problem.empty()) {
                display_.error(message_text("Error",
                                            "the checkpoint " + checkpoint_->path()
                                                + " could not be written: " + tried->problem,
                                            terminal_));
            }
            if (options_.json) {
                write_output(checkpoint_event(tried->problem.empty()));
            }
        } else if (const auto* received = std::get_if<SignalReceived>(&event)) {
            display_.note(received->signal == SIGINT ? "Cancelling; press Ctrl-C again to quit at once."
                                                     : "Cancelling.");
        }
    }

    /* Once stdout has failed, nothing more is written to it. */
    void write_output(const std::string& text) {
        if (stdout_error_ == 0) {
            stdout_error_ = write_all(STDOUT_FILENO, text);
        }
    }

    /* The result is written before the checkpoint that could bring it again is removed. */
    int conclude(const wfn::Result& result, int signal) {
        show_warnings(result.warnings_json);
        if (options_.json) {
            write_output(result_event(result));
        } else if (result.succeeded()) {
            write_output(one_line(result.output_json) + "\n");
        } else if (result.error) {
            const bool cancelled = result.outcome == wfn::Outcome::cancelled;
            display_.error(cancelled ? cancelled_text(*result.error, terminal_)
                                     : error_text(*result.error, terminal_));
        }
        if (stdout_error_ == 0 || !result.succeeded()) {
            settle_checkpoint(result);
        }
        if (result.outcome == wfn::Outcome::suspended) {
            tell_suspended(result);
        }
        return stdout_error_ == 0 ? exit_code(result, signal) : report_lost_output(result);
    }

    void show_warnings(const std::string& warnings_json) {
        if (options_.json) {
            write_output(warning_events(warnings_json));
            return;
        }
        const boost::json::value warnings = parse_or_null(warnings_json);
        if (!warnings.is_array()) {
            return;
        }
        for (const boost::json::value& warning : warnings.get_array()) {
            const boost::json::value* message =
                warning.is_object() ? warning.get_object().if_contains("message") : nullptr;
            if (message != nullptr && message->is_string()) {
                display_.warning(std::string(message->get_string()));
            }
        }
    }

    void settle_checkpoint(const wfn::Result& result) {
        if (!checkpoint_) {
            return;
        }
        const std::string problem =
            result.checkpoint_json ? checkpoint_->save(*result.checkpoint_json) : checkpoint_->remove();
        if (problem.empty()) {
            return;
        }
        display_.error(message_text(
            "Error", "the checkpoint " + checkpoint_->path() + " could not be updated: " + problem,
            terminal_));
        if (result.checkpoint_json) {
            display_.error("To go on later, save this line there:\n" + one_line(*result.checkpoint_json)
                           + "\n");
        }
    }

    void tell_suspended(const wfn::Result& result) {
        const std::string when = result.resume_after && result.resume_after->count() > 0
                                     ? " in about " + spoken_duration(*result.resume_after)
                                     : "";
        display_.note(
            "Suspended; the job goes on at the service. Run the same command again" + when
            + (checkpoint_ ? " to go on from " + checkpoint_->path() + "." : " with the checkpoint."));
    }

    int report_lost_output(const wfn::Result& result) {
        display_.error(message_text(
            "Error", "the output could not be written to stdout: " + errno_text(stdout_error_), terminal_));
        if (result.succeeded()) {
            display_.error(one_line(result.output_json) + "\n");
        }
        return stdout_error_ == EPIPE ? exit_broken_pipe : exit_failed;
    }

    const Options& options_;
    const wfn::Module& module_;
    const wfn::Node& node_;
    Terminal terminal_;
    RunDisplay display_;
    RunEvents events_;
    Cancellation cancellation_;
    std::optional<CheckpointFile> checkpoint_; /* used by the module's thread until the run is over */
    int stdout_error_ = 0;
};

} // namespace

int run_command(const Options& options) {
    const Target target = choose_target(options.target);
    const wfn::Module module = wfn::Module::load(target.module_path);
    const wfn::Node node = choose_node(module, target.action);
    return RunCommand(options, module, node).go();
}

} // namespace cli
