#pragma once

#include "journal/database.hpp"
#include "journal/journal_error.hpp"
#include "journal/owner_lock.hpp"
#include "journal/run_state.hpp"

#include <workflow_node/host.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace durable {

// One run in the journal, without its large texts. Times are milliseconds since 1970.
struct RunSummary {
    std::int64_t position = 0; // by first start, from 1
    std::string run_key;
    std::string module;
    std::string action;
    RunState state = RunState::running;
    std::int64_t owner_pid = 0; // of the process that runs it; 0 if none does
    std::int64_t created_ms = 0;
    std::int64_t updated_ms = 0;
    std::optional<std::string> job_id;
    bool collectable = false;           // the checkpoint names a job
    bool retryable = false;             // as the error reports
    std::optional<std::string> charged; // "yes", "no", "unknown"; nullopt if nothing was reported

    bool is_owned() const noexcept { return owner_pid != 0; }
};

struct RunRecord : RunSummary {
    std::string input;
    std::optional<std::string> checkpoint;
    std::optional<std::string> output; // when succeeded
    std::optional<std::string> error;  // JSON, as wfn_error.json; when failed or cancelled
};

// How many runs were first started on a day with a model, and whether they were charged.
struct RunTotals {
    std::string day;   // of the local time: "2026-01-31"
    std::string model; // the input of that name; the node's action id where it has none
    std::int64_t runs = 0;
    std::int64_t charged = 0;
    std::int64_t charge_unknown = 0; // a job may exist
    std::int64_t not_charged = 0;

    std::int64_t nothing_known() const noexcept { return runs - charged - charge_unknown - not_charged; }
};

// A run as it is requested.
struct RunSpec {
    std::string run_key;
    std::optional<std::string> batch; // the batch that it belongs to
    std::string module;
    std::string action;
    std::string input;
};

// What to do with a run that is already in the journal, but has no output.
enum class Repeat {
    always,        // resume it, or start it again
    unless_billed, // the same, but a run that failed for good and may have been billed stays failed
    only_collect   // resume it only if that cannot submit anything
};

struct Claim {
    enum class Kind {
        fresh,    // it is new, and now belongs to this process
        resumed,  // it existed, and now belongs to this process; see record.checkpoint
        finished, // record has its output or, with Repeat::unless_billed, its error. Do not run it
        busy,     // a process is running it; perhaps this one
        conflict, // the key belongs to a run with another input or node: see Claim::conflict
        not_collectable
    };
    Kind kind = Kind::fresh;
    RunRecord record;
    std::string conflict;
    bool collect_only = false; // the run must not submit
};

// How an execution ended, as it is recorded.
struct RunEnd {
    RunState state = RunState::failed;
    std::optional<std::string> job_id; // nullopt if this execution named none
    bool collectable = false;
    bool retryable = false;
    std::optional<std::string> charged;
    std::optional<std::string> checkpoint;
    std::optional<std::string> output;
    std::optional<std::string> error;
};

// The runs of this and earlier processes, in a SQLite file: what was requested, its state, and its
// checkpoint, output or error. Connections are never stored, so no secrets are. A running run belongs to one
// process at a time, until that process ends, however it ends.
//
// What a transaction has written is on the disk when transact returns. Functions that write must be called
// inside one. For one thread at a time. All functions throw JournalError, and then leave the journal
// unchanged.
class Journal {
public:
    enum class Access {
        create,  // create it if it does not exist, readable by its owner only
        existing // only read it: it may be on a read-only disk
    };
    Journal(const std::string& path, Access access);

    const std::string& path() const noexcept { return path_; }

    void transact(const std::function<void()>& work);

    // Claims a run for this process, if no process is running it.
    Claim claim(const RunSpec& spec, Repeat repeat);
    void save_checkpoint(const std::string& run_key, const wfn::Checkpoint& checkpoint);
    // For lists, and to find the run by its job. Whether it can be collected depends on the checkpoint alone.
    void save_job(const std::string& run_key, const std::string& job_id);
    // Records the end, and releases the run.
    void finish(const std::string& run_key, const RunEnd& end);
    // Releases a run that was claimed but not started: it can be resumed as it was.
    void release(const RunRecord& record);

    std::optional<RunRecord> find(const std::string& run_key);
    // The runs of a job; at most ten.
    std::vector<RunRecord> find_by_job(const std::string& job_id);
    // The key of the latest run with this node and input that no process is running and that can be resumed;
    // runs of batches are not considered. nullopt if there is none.
    std::optional<std::string> find_unfinished(const std::string& module, const std::string& action,
                                               const std::string& input);
    // The number of runs of the batch.
    std::int64_t count_batch(const std::string& batch);
    // Calls with the key of each run of the batch.
    void for_each_key(const std::string& batch, const std::function<void(const std::string&)>& use);
    // At most `limit` runs after that position; 0 for the first page.
    std::vector<RunSummary> page(std::int64_t after, int limit);
    // By day and model, in this order.
    std::vector<RunTotals> totals();

private:
    RunSummary read_summary(const SQLite::Statement& row) const;
    RunRecord read_record(const SQLite::Statement& row) const;
    void check_identity(Access access);
    void create_tables();

    std::string path_;
    Database database_;
    OwnerLock owner_;
};

} // namespace durable
