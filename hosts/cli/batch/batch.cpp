#include "batch/batch.hpp"

#include "attachment/file_check.hpp"
#include "batch/batch_line.hpp"
#include "journal/module_check.hpp"
#include "options/exit_code.hpp"
#include "posix/files.hpp"
#include "posix/signals.hpp"
#include "run/claim_refusal.hpp"
#include "run/run_limit.hpp"
#include "run/stored_result.hpp"
#include "text/error_text.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace cli {

namespace {

// A slow first run holds back at most this many others; a few more than run at once keep all busy.
std::int64_t window_of(int concurrency) {
    return std::max<std::int64_t>(std::int64_t{4} * concurrency, 64);
}

} // namespace

struct Batch::Live {
    explicit Live(std::chrono::milliseconds timeout)
        : limit(timeout.count() > 0 ? std::optional(timeout) : std::nullopt) {}

    std::optional<durable::JournaledRun> journaled;
    std::optional<AttachedFiles::OfRun> files;
    std::optional<wfn::Run> run;
    RunLimit limit;
    bool left = false; // its line is printed, and nobody waits for its end

    ~Live() {
        if (files)
            files->detach();
        if (journaled)
            journaled->detach();
    }
};

Batch::Batch(const Options& options, const wfn::Module& module, BatchSource& source,
             durable::JournalWriter* writer, std::shared_ptr<EventLoop> loop, TraceFile* trace,
             BatchMedia* media)
    : options_(options), module_(module), source_(source), writer_(writer), loop_(std::move(loop)),
      trace_(trace), media_(media), display_(options, inspect_terminal(STDERR_FILENO)),
      window_(window_of(options.concurrency)), started_at_(Clock::now()) {}

Batch::~Batch() = default;

int Batch::run() {
    SignalWatcher signals(
        [this](int signal) {
            loop_->post([this, signal] { on_signal(signal); }); // first, so that it is shown before the end
            stop();
            if (media_ != nullptr)
                media_->stop();
        },
        [this] {
            if (media_ != nullptr)
                media_->discard_parts();
            if (display_.is_live())
                static_cast<void>(write_all(STDERR_FILENO, restore_terminal));
        });
    wfn::Session session = wfn::Session::open(
        module_, session_options(
                     trace_,
                     [this, loop = loop_](wfn::LogLevel level, const std::string& text) {
                         loop->post_losable([this, level, text] { display_.log(level, text); });
                     },
                     [this, loop = loop_](const std::string& warning) {
                         loop->post([this, warning] { display_.warning(warning); });
                     }));
    constexpr std::chrono::milliseconds redraw_after{250};
    for (;;) {
        fill(session);
        if (is_over())
            break;
        loop_->run_one(redraw_after);
        show();
        check_reader();
        leave_those_never_ended();
    }
    display_.finish();
    const int code = conclude(signals.received());
    if (!live_.empty()) // the session cannot be closed
        ::_exit(code);
    close_within_limit(session, code);
    return code;
}

bool Batch::is_over() const {
    return items_.empty() && (stopping_ || (source_.at_end() && !postponed_));
}

void Batch::fill(wfn::Session& session) {
    while (!stopping_ && static_cast<std::int64_t>(items_.size()) - counts_.downloading < options_.concurrency
           && next_number_ - output_.next() < window_) {
        std::optional<BatchItem> item = postponed_ ? std::exchange(postponed_, std::nullopt) : source_.next();
        if (!item)
            return;
        // The key is already in flight: this line waits, then prints the output of the first, and pays for
        // nothing.
        if (keys_.count(item->run_key) > 0) {
            postponed_ = std::move(item);
            return;
        }
        begin(std::move(*item), session);
    }
}

void Batch::begin(BatchItem item, wfn::Session& session) {
    const std::int64_t number = next_number_++;
    const BatchItem& kept = items_.emplace(number, std::move(item)).first->second;
    if (!kept.problem.empty()) {
        give_problem(number, "malformed_line", kept.problem);
        return;
    }
    keys_.insert(kept.run_key);
    if (writer_ == nullptr) {
        start(number, nullptr, session);
        return;
    }
    const auto claim = std::make_shared<durable::Claim>();
    writer_->post([claim, ask = kept.claim](durable::Journal& journal) { *claim = ask(journal); },
                  [this, claim, number, &session, loop = loop_](const std::string& problem) {
                      loop->post([this, claim, number, &session, problem] {
                          on_claimed(number, *claim, problem, session);
                      });
                  });
}

void Batch::start(std::int64_t number, const durable::Claim* claim, wfn::Session& session) {
    BatchItem& item = items_.at(number);
    if (const auto problem = obstacle(item, claim)) {
        release(claim);
        give_problem(number, problem->code.c_str(), problem->reason + " Nothing was started.",
                     claim != nullptr && claim->record.checkpoint ? "unknown" : "no");
        return;
    }
    wfn::Request request;
    request.run_key = item.run_key;
    request.input_json = claim != nullptr ? claim->record.input : item.input;
    const bool may_need_files = claim == nullptr || !claim->record.checkpoint;
    const std::string fault =
        may_need_files ? fault_of_files(files_in(request.input_json, *item.target->inputs)) : "";
    if (!fault.empty()) {
        release(claim);
        give_problem(number, "invalid_input", fault);
        return;
    }
    request.connection_json = *item.target->connection_json;
    request.timeout = options_.timeout;
    request.cancel_job_at_deadline = options_.cancel_job_at_deadline;
    request.on_complete = [this, number, loop = loop_](wfn::Result result) {
        durable::check_result(result); // a JournaledRun has already done so
        loop->post([this, number, result = std::move(result)] { on_over(number, result); });
    };
    item.input = {}; // the module has a copy of its own
    item.claim = nullptr;
    auto live = std::make_unique<Live>(options_.timeout);
    if (claim != nullptr) {
        live->journaled.emplace(*writer_, *claim);
        live->journaled->attach(request, [this, loop = loop_](const std::string& problem) {
            if (!problem.empty())
                loop->post([this, problem] { lose_journal(problem); });
        });
    }
    live->files.emplace(files_, request);
    live->limit.watch(request);
    try {
        live->run.emplace(session.start(item.target->node, std::move(request)));
    } catch (const std::exception& error) { // StatusError, or a NUL in the input
        release(claim);
        give_problem(number, "not_started", error.what());
        return;
    }
    const std::lock_guard lock(mutex_);
    live->files->started(*live->run);
    if (live->journaled)
        live->journaled->started(*live->run);
    Live& kept = *live_.emplace(number, std::move(live)).first->second;
    if (ending_early_)
        end_early(kept);
}

std::optional<FileProblem> Batch::obstacle(const BatchItem& item, const durable::Claim* claim) {
    if (media_ == nullptr || !item.target->media)
        return std::nullopt;
    if (claim != nullptr && claim->record.collectable) // its output is paid for, and worth more than a file
        return std::nullopt;
    if (auto problem = media_->obstacle(*item.target->media, item.run_key))
        return problem;
    const bool is_first = claim != nullptr || !item.target->media->settings.replace
                          || overwriting_keys_.insert(item.run_key).second;
    if (is_first)
        return std::nullopt;
    return FileProblem{"file_exists",
                       "An earlier line has the same run key, and its file would be replaced."};
}

void Batch::release(const durable::Claim* claim) {
    if (claim != nullptr) {
        writer_->post([record = claim->record](durable::Journal& journal) { journal.release(record); },
                      [](const std::string&) {});
    }
}

void Batch::on_signal(int signal) {
    const std::string what = writer_ != nullptr ? "Suspending" : "Cancelling";
    display_.note(what + " the active runs, starting no more"
                  + (signal == SIGINT ? "; press Ctrl-C again to quit at once." : "."));
}

void Batch::on_claimed(std::int64_t number, const durable::Claim& claim, const std::string& problem,
                       wfn::Session& session) {
    if (!problem.empty()) {
        lose_journal(problem);
        give_problem(number, "journal_failed", problem);
        return;
    }
    switch (claim.kind) {
    case durable::Claim::Kind::fresh:
    case durable::Claim::Kind::resumed:
        if (stopping_) {
            release(&claim);
            give(number, "");
        } else {
            start(number, &claim, session);
        }
        return;
    case durable::Claim::Kind::finished: {
        wfn::Result result = stored_result(claim.record);
        durable::check_result(result);
        finish(number, result, true);
        return;
    }
    case durable::Claim::Kind::busy:
    case durable::Claim::Kind::conflict:
    case durable::Claim::Kind::not_collectable:
        break;
    }
    give_problem(number, claim.kind == durable::Claim::Kind::busy ? "run_busy" : "run_key_conflict",
                 refusal(claim, items_.at(number).run_key));
}

void Batch::on_over(std::int64_t number, const wfn::Result& result) {
    std::unique_ptr<Live> live;
    {
        const std::lock_guard lock(mutex_);
        const auto found = live_.find(number);
        live = std::move(found->second);
        live_.erase(found);
    }
    if (live->journaled && !live->journaled->problem().empty())
        lose_journal(live->journaled->problem());
    if (live->left)
        return;
    live.reset();
    finish(number, result, false);
}

// Without the journal nothing more may be submitted, so there is no point in continuing.
void Batch::lose_journal(const std::string& problem) {
    if (!std::exchange(journal_lost_, true))
        display_.error(message_text("Error", problem, inspect_terminal(STDERR_FILENO)));
    stop();
}

// [any]
void Batch::stop() {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (!std::exchange(ending_early_, true))
        for (const auto& [number, live] : live_)
            end_early(*live);
}

void Batch::end_early(Live& live) const {
    live.limit.asked_to_stop();
    writer_ != nullptr ? live.run->suspend() : live.run->cancel();
}

// A module that breaks its promise gets no more jobs to submit; those of its runs that do end are worth
// waiting for.
void Batch::leave_those_never_ended() {
    std::map<std::int64_t, const char*> late;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [number, live] : live_) {
            const char* missed = live->left ? nullptr : live->limit.missed();
            if (missed != nullptr) {
                live->left = true;
                late.emplace(number, missed);
            }
        }
    }
    for (const auto& [number, missed] : late) {
        const std::string text = never_ended_text(
            missed, "it is left, and no more are started. The job may go on at the service.");
        stopping_ = true;
        if (!std::exchange(left_some_, true))
            display_.error(message_text("Error", text, inspect_terminal(STDERR_FILENO)));
        give_problem(number, "never_ended", text, "unknown");
    }
}

void Batch::show() {
    counts_.running = static_cast<std::int64_t>(items_.size()) - counts_.downloading;
    if (const auto total = source_.total_bytes(); total && *total > 0)
        counts_.fraction = std::min(1.0, static_cast<double>(bytes_over_) / static_cast<double>(*total));
    if (display_.is_live()) {
        display_.live(
            [this, counts = counts_](std::size_t columns) {
                const auto elapsed =
                    std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started_at_);
                return batch_progress_line(counts, elapsed, columns, inspect_terminal(STDERR_FILENO).utf8);
            },
            false);
        return;
    }
    const int tenths = static_cast<int>(counts_.fraction.value_or(0) * 10);
    if (tenths > tenths_told_ && tenths < 10) {
        tenths_told_ = tenths;
        display_.note(std::to_string(tenths * 10) + "%: " + batch_summary(counts_));
    }
}

// Notices a closed output before there is a line to write.
void Batch::check_reader() {
    pollfd out{STDOUT_FILENO, 0, 0};
    if (stdout_error_ == 0 && ::poll(&out, 1, 0) > 0 && (out.revents & POLLERR) != 0) {
        stdout_error_ = EPIPE;
        stop();
    }
}

} // namespace cli
