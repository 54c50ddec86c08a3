#pragma once

#include "attachment/attached_files.hpp"
#include "batch/batch_media.hpp"
#include "batch/batch_progress.hpp"
#include "batch/batch_source.hpp"
#include "batch/ordered_output.hpp"
#include "display/run_display.hpp"
#include "journal/journal_writer.hpp"
#include "journal/journaled_run.hpp"
#include "posix/event_loop.hpp"
#include "run/trace_file.hpp"

#include <workflow_node/host.hpp>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace cli {

// Runs many runs, a bounded number at once, and prints a line for each in the order of their source. It holds
// the runs in flight in memory, and the lines of finished runs that wait for an earlier one: at most `window`
// together, however many runs there are; only with --overwrite and no journal, all their keys. For one
// thread.
class Batch {
public:
    // writer: the journal that keeps the runs; null: nothing is kept. loop: the source's. trace: may be null.
    // media: keeps the files of those items that have a plan; may be null. All must outlive it.
    Batch(const Options& options, const wfn::Module& module, BatchSource& source,
          durable::JournalWriter* writer, std::shared_ptr<EventLoop> loop, TraceFile* trace,
          BatchMedia* media);
    ~Batch();
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

    RunDisplay& display() noexcept { return display_; }

    // Runs all of them, until the end or until it is stopped. Returns the exit code.
    int run();

private:
    struct Live; // a run under way
    using Clock = std::chrono::steady_clock;

    void fill(wfn::Session& session);
    void begin(BatchItem item, wfn::Session& session);
    void start(std::int64_t number, const durable::Claim* claim, wfn::Session& session);
    void on_claimed(std::int64_t number, const durable::Claim& claim, const std::string& problem,
                    wfn::Session& session);
    void on_over(std::int64_t number, const wfn::Result& result);
    void finish(std::int64_t number, const wfn::Result& result, bool is_stored);
    void on_files(std::int64_t number, const wfn::Result& result, const std::vector<MediaFile>& files);
    std::optional<FileProblem> obstacle(const BatchItem& item, const durable::Claim* claim);
    void release(const durable::Claim* claim);
    void on_signal(int signal);
    void count(const wfn::Result& result);
    void count_charge(const wfn::Result& result, const Price& price);
    void give(std::int64_t number, const std::string& text);
    void give_problem(std::int64_t number, const char* code, const std::string& message,
                      const char* charged = "no");
    void lose_journal(const std::string& problem);
    void stop();
    void end_early(Live& live) const;
    void leave_those_never_ended();
    bool is_over() const;
    void show();
    void check_reader();
    int conclude(int signal);

    const Options& options_;
    const wfn::Module& module_;
    BatchSource& source_;
    durable::JournalWriter* writer_;
    std::shared_ptr<EventLoop> loop_; // shared: the last callbacks may come after the end
    TraceFile* trace_;
    BatchMedia* media_;
    RunDisplay display_;
    const std::int64_t window_;
    const Clock::time_point started_at_;

    std::map<std::int64_t, BatchItem> items_; // in flight, by number
    std::set<std::string> keys_;              // of items_
    std::set<std::string> overwriting_keys_;  // whose files a later line with the same key would replace
    std::optional<BatchItem> postponed_;      // its key is in flight
    std::int64_t next_number_ = 0;
    OrderedOutput output_;
    BatchCounts counts_;
    std::uint64_t bytes_over_ = 0;
    int tenths_told_ = 0;
    bool all_retryable_ = true; // of those that failed
    bool journal_lost_ = false;
    bool left_some_ = false; // of the runs, which never ended
    int stdout_error_ = 0;

    AttachedFiles files_;

    std::mutex mutex_; // guards what follows, which the signal thread also uses
    std::map<std::int64_t, std::unique_ptr<Live>> live_;
    bool ending_early_ = false;         // the active runs were asked to
    std::atomic<bool> stopping_{false}; // no more are started
};

} // namespace cli
