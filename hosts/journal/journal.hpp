#pragma once

#include "journal/database.hpp"
#include "journal/journal_error.hpp"
#include "journal/owner_lock.hpp"

#include <workflow_node/host.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace durable {

enum class RunState {
    running,
    interrupted, // recorded as running, but its process is gone
    suspended,
    succeeded,
    failed,
    cancelled
};

// "running" ...; the reverse is nullopt for another word.
const char* to_string(RunState state) noexcept;
std::optional<RunState> run_state(std::string_view word) noexcept;

// One run in the journal, without its long texts. Times are milliseconds since 1970.
struct RunHead {
    std::int64_t position = 0; // in the order of their first start
    std::string run_key;
    std::string module;
    std::string action;
    RunState state = RunState::running;
    std::int64_t owner_pid = 0; // of the process that runs it; 0: none does
    std::int64_t created_ms = 0;
    std::int64_t updated_ms = 0;
    std::optional<std::string> job_id;
    bool collectable = false;           // as job_of_checkpoint: going on submits nothing
    bool retryable = false;             // as the error says
    std::optional<std::string> charged; // "yes", "no", "unknown"; nullopt: nothing was said

    bool is_owned() const noexcept { return owner_pid != 0; }
};

struct RunRecord : RunHead {
    std::string input;
    std::optional<std::string> checkpoint;
    std::optional<std::string> output; // when succeeded
    std::optional<std::string> error;  // JSON, as wfn_error.json; when failed or cancelled
};

// A run as it is asked for.
struct RunOrder {
    std::string run_key;
    std::optional<std::string> batch; // the batch that it belongs to
    std::string module;
    std::string action;
    std::string input;
};

// What to do with a run that is in the journal already, but has no output.
enum class Repeat {
    always,        // go on with it, or start it again
    unless_billed, // the same, but a run that failed for good and may have been billed stays failed
    only_collect   // go on with it only if that cannot submit anything
};

struct Claim {
    enum class Kind {
        fresh,    // it is new, and this process's now
        taken_up, // it was there, and is this process's now; see record.checkpoint
        over,     // record has its output or, with Repeat::unless_billed, its error. Do not run it
        busy,     // a process is running it; perhaps this one
        another,  // the key belongs to a run with another input or node: conflict says which
        not_collectable
    };
    Kind kind = Kind::fresh;
    RunRecord record;
    std::string conflict;
};

// How an execution ended, as it is kept.
struct RunEnd {
    RunState state = RunState::failed;
    std::optional<std::string> job_id; // nullopt: none was named in this execution
    bool collectable = false;
    bool retryable = false;
    std::optional<std::string> charged;
    std::optional<std::string> checkpoint;
    std::optional<std::string> output;
    std::optional<std::string> error;
};

// The runs of this and earlier processes, in a SQLite file: what was asked for, how far it is, and its
// checkpoint, output or error. No connection is ever stored, so no secret is. A run that is under way
// belongs to one process at a time, until that ends, however it ends.
//
// What a transaction has written is on the disk when transact returns. Functions that write belong inside
// one. For one thread at a time. All throw JournalError, and leave the journal as it was.
class Journal {
public:
    enum class Access {
        create,  // make it, readable by its owner only, if it is not there
        existing // to look into it: it may be on a read-only disk
    };
    Journal(const std::string& path, Access access);

    const std::string& path() const noexcept { return path_; }

    void transact(const std::function<void()>& work);

    // Makes a run this process's, if it is free.
    Claim claim(const RunOrder& order, Repeat repeat);
    void keep_checkpoint(const std::string& run_key, const std::string& checkpoint);
    // For lists and for finding the run by it; what can be collected the checkpoint says.
    void keep_job(const std::string& run_key, const std::string& job_id);
    // Also gives the run up.
    void finish(const std::string& run_key, const RunEnd& end);
    // Gives up a run that was claimed but not started: it can be taken up as it was.
    void give_back(const RunRecord& record);

    std::optional<RunRecord> find(const std::string& run_key);
    // The runs of a job, at most ten.
    std::vector<RunRecord> find_by_job(const std::string& job_id);
    // The key of a run with this node and input that nobody is running and that was left in a state to go
    // on from, the latest first; runs of batches are not looked at. nullopt: none.
    std::optional<std::string> find_unfinished(const std::string& module, const std::string& action,
                                               const std::string& input);
    // How many runs of the batch there are.
    std::int64_t count_batch(const std::string& batch);
    // Calls with the key of each run of the batch.
    void for_each_key(const std::string& batch, const std::function<void(const std::string&)>& use);
    // At most `limit` runs after that position, which is 0 for the first ones.
    std::vector<RunHead> page(std::int64_t after, int limit);

private:
    RunHead read_head(const SQLite::Statement& row) const;
    RunRecord read_record(const SQLite::Statement& row) const;
    void check_identity(Access access);
    void create_tables();

    std::string path_;
    Database database_;
    OwnerLock owner_;
};

} // namespace durable
