#include "journal/database.hpp"

#include "journal/file_descriptor.hpp"
#include "journal/journal_error.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>

#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace durable {

namespace {

// Why it failed, and what to do about it.
std::string explanation(int result, int system_error, const char* message) {
    const bool no_room = system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
    switch (result & 0xFF) {
    case SQLITE_FULL:
        return "there is no room for it: " + errno_text(no_room ? system_error : ENOSPC)
               + ". Make room, then run the same command again.";
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return "it cannot be written to. Change its permissions (and its directory's), or choose another "
               "file.";
    case SQLITE_CANTOPEN:
        return "it cannot be opened: " + (system_error != 0 ? errno_text(system_error) : std::string(message))
               + ". Check the path and its permissions, or choose another file.";
    case SQLITE_NOTADB:
        return "it is not a journal: " + std::string(message) + ". Choose another file.";
    case SQLITE_CORRUPT:
        return "it is damaged: " + std::string(message)
               + ". Move it away, and check the account before running anything in it again.";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another process has kept it locked for " + std::to_string(Database::busy_timeout_ms / 1000)
               + " s. Try again.";
    case SQLITE_IOERR:
        if (no_room) {
            return "there is no room for it: " + errno_text(system_error)
                   + ". Make room, then run the same command again.";
        }
        return "reading or writing it failed: "
               + (system_error != 0 ? errno_text(system_error) : std::string(message))
               + ". Check the disk, or choose another file.";
    default:
        return std::string(message) + ".";
    }
}

// The errno behind a failure; 0 if it is unknown. SQLite stores that of a failed write with the file.
int system_error_of(sqlite3* database) {
    int error = sqlite3_system_errno(database);
    sqlite3_file* log = nullptr;
    if (error == 0 && sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK
        && log != nullptr && log->pMethods != nullptr)
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error);
    if (error == 0)
        sqlite3_file_control(database, "main", SQLITE_FCNTL_LAST_ERRNO, &error);
    return error;
}

// A name that begins with ':' would be a database in memory.
std::string file_name(const std::string& path) {
    return path.find('/') == std::string::npos ? "./" + path : path;
}

JournalError journal_error(const std::string& path, const SQLite::Exception& error, int system_error) {
    return JournalError("the journal \"" + path + "\" cannot be used: "
                        + explanation(error.getErrorCode(), system_error, error.what()));
}

SQLite::Database opened(const std::string& path) {
    try {
        return {file_name(path), SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX, Database::busy_timeout_ms};
    } catch (const SQLite::Exception& error) {
        // SQLite's own errno went with the handle. Not by opening the file: its close would drop locks on it.
        const int unreadable = ::access(path.c_str(), R_OK) == 0 ? 0 : errno;
        std::error_code ignored;
        throw journal_error(path, error, std::filesystem::is_directory(path, ignored) ? EISDIR : unreadable);
    }
}

} // namespace

Database::Database(const std::string& path) : path_(path), database_(opened(path)) {}

void Database::execute(const std::string& sql) {
    guarded([&] { database_.exec(sql); });
}

bool Database::read_only() const noexcept {
    return sqlite3_db_readonly(database_.getHandle(), "main") != 0;
}

void Database::transact(const std::function<void()>& work) {
    std::optional<SQLite::Transaction> transaction;
    guarded([&] { transaction.emplace(database_, SQLite::TransactionBehavior::IMMEDIATE); });
    work();
    guarded([&] { transaction->commit(); });
}

void Database::guarded(const std::function<void()>& work) const {
    try {
        work();
    } catch (const SQLite::Exception& error) {
        throw journal_error(path_, error, system_error_of(database_.getHandle()));
    }
}

std::optional<std::string> text_or_none(const SQLite::Statement& row, int column) {
    const SQLite::Column value = row.getColumn(column);
    return value.isNull() ? std::nullopt : std::optional(value.getString());
}

} // namespace durable
