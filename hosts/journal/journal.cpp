#include "journal/journal.hpp"

#include "journal/file_descriptor.hpp"
#include "journal/random_text.hpp"
#include "journal/run_identity.hpp"

#include <SQLiteCpp/Column.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

namespace durable {

namespace {

constexpr std::int64_t application = 0x77666e6a; // "wfnj"
constexpr std::int64_t newest_schema = 1;

const char schema[] = R"sql(
CREATE TABLE run (
    position INTEGER PRIMARY KEY,
    run_key TEXT NOT NULL UNIQUE,
    batch TEXT,
    module TEXT NOT NULL,
    action TEXT NOT NULL,
    input TEXT NOT NULL,
    input_hash INTEGER NOT NULL,
    state TEXT NOT NULL,
    owner INTEGER,
    owner_pid INTEGER,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    job_id TEXT,
    collectable INTEGER NOT NULL DEFAULT 0,
    retryable INTEGER NOT NULL DEFAULT 0,
    charged TEXT,
    checkpoint TEXT,
    output TEXT,
    error TEXT
);
CREATE INDEX run_of_job ON run (job_id) WHERE job_id IS NOT NULL;
CREATE INDEX run_of_batch ON run (batch) WHERE batch IS NOT NULL;
CREATE INDEX run_of_input ON run (input_hash);
)sql";

const std::string summary_columns = "position, run_key, module, action, state, owner, owner_pid, created_ms, "
                                    "updated_ms, job_id, collectable, retryable, charged";
const std::string record_columns = summary_columns + ", input, checkpoint, output, error";

std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::int64_t input_hash(const std::string& input) {
    return static_cast<std::int64_t>(hash_text(canonical_input(input)));
}

// SQLite would create the file with the permissions that the umask leaves. Its other files copy the mode.
void make_file(const std::string& path) {
    const FileDescriptor made(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (made) {
        const std::size_t slash = path.rfind('/');
        sync_directory(slash == std::string::npos ? "." : path.substr(0, slash + 1));
    } else if (errno != EEXIST) {
        throw JournalError("cannot create the journal \"" + path + "\": " + errno_text(errno)
                           + ". Nothing was started.");
    }
}

const std::string& prepared(const std::string& path, Journal::Access access) {
    if (access == Journal::Access::create)
        make_file(path);
    else if (::access(path.c_str(), F_OK) != 0)
        throw JournalError("there is no journal \"" + path + "\": " + errno_text(errno) + ".");
    return path;
}

// How a run differs from the specification; empty if it does not.
std::string conflict_with(const RunRecord& record, const RunSpec& spec) {
    if (record.module != spec.module || record.action != spec.action)
        return "the node \"" + record.action + "\" of the module \"" + record.module + "\"";
    return canonical_input(record.input) == canonical_input(spec.input) ? "" : "another input";
}

// A run that failed for good and may have been billed: starting it again may be billed again.
bool is_settled(const RunRecord& record) {
    const bool ended = record.state == RunState::failed || record.state == RunState::cancelled;
    return ended && !record.retryable && !record.collectable && record.charged != "no";
}

// It knows its job, or the module may find one: in an answer that it has kept, in the service's list, or
// where a wrong description has called it failed. A run that only collects submits nothing.
bool may_be_collected(const RunRecord& record) {
    return record.collectable || record.checkpoint;
}

} // namespace

Journal::Journal(const std::string& path, Access access)
    : path_(path), database_(prepared(path, access)), owner_(path + "-lock") {
    check_identity(access);
    if (access == Access::existing)
        return;
    if (database_.read_only()) {
        throw JournalError("the journal \"" + path
                           + "\" cannot be written to. Change its permissions (and its directory's), or "
                             "choose another file.");
    }
    database_.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    transact([this] { create_tables(); });
}

void Journal::check_identity(Access access) {
    const std::int64_t whose = database_.integer("PRAGMA application_id");
    const std::int64_t version = database_.integer("PRAGMA user_version");
    const bool empty = database_.integer("SELECT count(*) FROM sqlite_master") == 0;
    if (whose != application && !(whose == 0 && version == 0 && empty && access == Access::create)) {
        throw JournalError("\"" + path_ + "\" is "
                           + (empty ? "empty" : "a database of another program, not a journal")
                           + ". Choose another file.");
    }
    if (version > newest_schema) {
        throw JournalError("the journal \"" + path_ + "\" was written by a newer version (schema "
                           + std::to_string(version) + "; this one knows " + std::to_string(newest_schema)
                           + "). Use that version, or choose another file.");
    }
}

// Checks again inside the transaction: another process may have been faster.
void Journal::create_tables() {
    if (database_.integer("PRAGMA user_version") != 0)
        return;
    database_.execute(schema);
    database_.execute("PRAGMA application_id = " + std::to_string(application));
    database_.execute("PRAGMA user_version = " + std::to_string(newest_schema));
}

void Journal::transact(const std::function<void()>& work) {
    database_.transact(work);
}

Claim Journal::claim(const RunSpec& spec, Repeat repeat) {
    const std::int64_t now = now_ms();
    Claim claim;
    std::optional<RunRecord> record = find(spec.run_key);
    if (!record) {
        database_.run(
            "INSERT INTO run (run_key, batch, module, action, input, input_hash, state, owner, owner_pid, "
            "created_ms, updated_ms) VALUES (?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?)",
            spec.run_key, spec.batch, spec.module, spec.action, spec.input, input_hash(spec.input),
            owner_.own(), std::int64_t{::getpid()}, now, now);
        claim.record.run_key = spec.run_key;
        claim.record.action = spec.action;
        claim.record.input = spec.input;
        return claim;
    }
    claim.record = std::move(*record);
    claim.conflict = conflict_with(claim.record, spec);
    if (!claim.conflict.empty()) {
        claim.kind = Claim::Kind::conflict;
    } else if (claim.record.is_owned()) {
        claim.kind = Claim::Kind::busy;
    } else if (claim.record.state == RunState::succeeded
               || (repeat == Repeat::unless_billed && is_settled(claim.record))) {
        claim.kind = Claim::Kind::finished;
    } else if (repeat == Repeat::only_collect && !may_be_collected(claim.record)) {
        claim.kind = Claim::Kind::not_collectable;
    } else {
        claim.kind = Claim::Kind::resumed;
        claim.collect_only = repeat == Repeat::only_collect;
        database_.run("UPDATE run SET state = 'running', owner = ?, owner_pid = ?, updated_ms = ?, "
                      "charged = NULL, retryable = 0, error = NULL WHERE run_key = ?",
                      owner_.own(), std::int64_t{::getpid()}, now, spec.run_key);
    }
    return claim;
}

void Journal::save_checkpoint(const std::string& run_key, const wfn::Checkpoint& checkpoint) {
    const auto job = checkpoint.job_id.empty() ? std::nullopt : std::optional(checkpoint.job_id);
    database_.run(
        "UPDATE run SET checkpoint = ?, collectable = ?, job_id = coalesce(?, job_id), updated_ms = ? "
        "WHERE run_key = ?",
        checkpoint.json, checkpoint.submission == wfn::Submission::yes, job, now_ms(), run_key);
}

void Journal::save_job(const std::string& run_key, const std::string& job_id) {
    database_.run("UPDATE run SET job_id = ?, updated_ms = ? WHERE run_key = ?", job_id, now_ms(), run_key);
}

void Journal::finish(const std::string& run_key, const RunEnd& end) {
    database_.run(
        "UPDATE run SET state = ?, owner = NULL, owner_pid = NULL, updated_ms = ?, "
        "job_id = coalesce(?, job_id), collectable = ?, retryable = ?, charged = ?, checkpoint = ?, "
        "output = ?, error = ? WHERE run_key = ?",
        to_string(end.state), now_ms(), end.job_id, end.collectable, end.retryable, end.charged,
        end.checkpoint, end.output, end.error, run_key);
}

std::optional<RunRecord> Journal::find(const std::string& run_key) {
    std::optional<RunRecord> found;
    database_.for_each_row(
        "SELECT " + record_columns + " FROM run WHERE run_key = ?",
        [&](const SQLite::Statement& row) {
            found = read_record(row);
            return false;
        },
        run_key);
    return found;
}

std::vector<RunRecord> Journal::find_by_job(const std::string& job_id) {
    std::vector<RunRecord> all;
    database_.for_each_row(
        "SELECT " + record_columns + " FROM run WHERE job_id = ? LIMIT 10",
        [&](const SQLite::Statement& row) {
            all.push_back(read_record(row));
            return true;
        },
        job_id);
    return all;
}

std::optional<std::string> Journal::find_unfinished(const std::string& module, const std::string& action,
                                                    const std::string& input) {
    const std::string wanted = canonical_input(input);
    std::optional<std::string> found;
    database_.for_each_row(
        "SELECT " + record_columns
            + " FROM run WHERE input_hash = ? AND module = ? AND action = ? AND batch IS NULL "
              "AND state <> 'succeeded' ORDER BY updated_ms DESC, position DESC",
        [&](const SQLite::Statement& row) {
            const RunRecord record = read_record(row);
            const bool ended = record.state == RunState::failed || record.state == RunState::cancelled;
            const bool goes_on = !ended || (record.checkpoint && (record.collectable || record.retryable));
            if (!record.is_owned() && goes_on && canonical_input(record.input) == wanted)
                found = record.run_key;
            return !found;
        },
        input_hash(input), module, action);
    return found;
}

void Journal::release(const RunRecord& record) {
    RunEnd end;
    end.state = RunState::suspended;
    end.collectable = record.collectable;
    end.checkpoint = record.checkpoint;
    finish(record.run_key, end);
}

std::int64_t Journal::count_batch(const std::string& batch) {
    return database_.integer("SELECT count(*) FROM run WHERE batch = ?", batch);
}

void Journal::for_each_key(const std::string& batch, const std::function<void(const std::string&)>& use) {
    database_.for_each_row(
        "SELECT run_key FROM run WHERE batch = ?",
        [&](const SQLite::Statement& row) {
            use(row.getColumn(0).getString());
            return true;
        },
        batch);
}

std::vector<RunSummary> Journal::page(std::int64_t after, int limit) {
    std::vector<RunSummary> all;
    database_.for_each_row(
        "SELECT " + summary_columns + " FROM run WHERE position > ? ORDER BY position LIMIT ?",
        [&](const SQLite::Statement& row) {
            all.push_back(read_summary(row));
            return true;
        },
        after, limit);
    return all;
}

std::vector<RunTotals> Journal::totals() {
    std::vector<RunTotals> all;
    database_.for_each_row("SELECT date(created_ms / 1000, 'unixepoch', 'localtime') AS day, "
                           "CASE WHEN NOT json_valid(input) THEN action "
                           "WHEN json_type(input, '$.model') = 'text' THEN json_extract(input, '$.model') "
                           "ELSE action END AS model, "
                           "count(*), total(charged = 'yes'), "
                           "total(CASE WHEN charged IS NULL THEN state <> 'succeeded' AND job_id IS NOT NULL "
                           "ELSE charged = 'unknown' END), "
                           "total(charged = 'no') FROM run GROUP BY day, model ORDER BY day, model",
                           [&](const SQLite::Statement& row) {
                               RunTotals totals;
                               totals.day = row.getColumn(0).getString();
                               totals.model = row.getColumn(1).getString();
                               totals.runs = row.getColumn(2).getInt64();
                               totals.charged = row.getColumn(3).getInt64();
                               totals.charge_unknown = row.getColumn(4).getInt64();
                               totals.not_charged = row.getColumn(5).getInt64();
                               all.push_back(std::move(totals));
                               return true;
                           });
    return all;
}

RunSummary Journal::read_summary(const SQLite::Statement& row) const {
    RunSummary summary;
    summary.position = row.getColumn(0).getInt64();
    summary.run_key = row.getColumn(1).getString();
    summary.module = row.getColumn(2).getString();
    summary.action = row.getColumn(3).getString();
    summary.state = run_state(row.getColumn(4).getString()).value_or(RunState::failed);
    if (!row.getColumn(5).isNull() && owner_.alive(row.getColumn(5).getInt64()))
        summary.owner_pid = row.getColumn(6).getInt64();
    else if (summary.state == RunState::running)
        summary.state = RunState::interrupted;
    summary.created_ms = row.getColumn(7).getInt64();
    summary.updated_ms = row.getColumn(8).getInt64();
    summary.job_id = text_or_none(row, 9);
    summary.collectable = row.getColumn(10).getInt64() != 0;
    summary.retryable = row.getColumn(11).getInt64() != 0;
    summary.charged = text_or_none(row, 12);
    return summary;
}

RunRecord Journal::read_record(const SQLite::Statement& row) const {
    RunRecord record;
    static_cast<RunSummary&>(record) = read_summary(row);
    record.input = row.getColumn(13).getString();
    record.checkpoint = text_or_none(row, 14);
    record.output = text_or_none(row, 15);
    record.error = text_or_none(row, 16);
    record.collectable = record.collectable && record.checkpoint;
    return record;
}

} // namespace durable
