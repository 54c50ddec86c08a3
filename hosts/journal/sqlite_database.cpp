#include "journal/sqlite_database.hpp"

#include "journal/file_descriptor.hpp"

#include <sqlite3.h>

#include <cerrno>

namespace durable {

namespace {

/* Why, and what to do about it. */
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
               + ". Move it away, and look at the account before anything in it is run again.";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another process has kept it locked for "
               + std::to_string(SqliteDatabase::busy_timeout_ms / 1000) + " s. Try again.";
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

/* The errno behind a failure; 0: none is known. SQLite leaves that of a failed write with the file. */
int system_error_of(sqlite3* database) {
    int error = sqlite3_system_errno(database);
    sqlite3_file* log = nullptr;
    if (error == 0 && sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK
        && log != nullptr && log->pMethods != nullptr) {
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error);
    }
    if (error == 0) {
        sqlite3_file_control(database, "main", SQLITE_FCNTL_LAST_ERRNO, &error);
    }
    return error;
}

} // namespace

void SqliteDatabase::Close::operator()(sqlite3* database) const noexcept {
    sqlite3_close(database);
}

SqliteDatabase::SqliteDatabase(const std::string& path) : path_(path) {
    // A name that begins with ':' would be a database in memory.
    const std::string name = path.find('/') == std::string::npos ? "./" + path : path;
    sqlite3* opened = nullptr;
    const int result =
        sqlite3_open_v2(name.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    database_.reset(opened);
    if (result != SQLITE_OK) {
        fail(result);
    }
    sqlite3_extended_result_codes(opened, 1);
    sqlite3_busy_timeout(opened, busy_timeout_ms);
}

void SqliteDatabase::execute(const char* sql) {
    const int result = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) {
        fail(result);
    }
}

std::int64_t SqliteDatabase::integer(const char* sql) {
    SqliteStatement statement(*this, sql);
    return statement.step() ? statement.number(0) : 0;
}

bool SqliteDatabase::read_only() const noexcept {
    return sqlite3_db_readonly(database_.get(), "main") != 0;
}

void SqliteDatabase::roll_back() noexcept {
    if (sqlite3_get_autocommit(database_.get()) == 0) {
        sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

void SqliteDatabase::fail(int result) const {
    const int system_error = database_ ? system_error_of(database_.get()) : 0;
    const char* message = database_ ? sqlite3_errmsg(database_.get()) : sqlite3_errstr(result);
    throw JournalError("the journal \"" + path_
                       + "\" cannot be used: " + explanation(result, system_error, message));
}

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

SqliteStatement::SqliteStatement(const SqliteDatabase& database, std::string_view sql) : database_(database) {
    sqlite3_stmt* statement = nullptr;
    const int result = sqlite3_prepare_v2(database.database_.get(), sql.data(), static_cast<int>(sql.size()),
                                          &statement, nullptr);
    statement_.reset(statement);
    if (result != SQLITE_OK) {
        database.fail(result);
    }
}

SqliteStatement& SqliteStatement::bind(int index, std::string_view text) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): SQLITE_TRANSIENT is (void*)-1; SQLite copies the text
    const int result = sqlite3_bind_text64(statement_.get(), index + 1, text.data(), text.size(),
                                           SQLITE_TRANSIENT, SQLITE_UTF8);
    if (result != SQLITE_OK) {
        database_.fail(result);
    }
    return *this;
}

SqliteStatement& SqliteStatement::bind(int index, const std::optional<std::string>& text) {
    return text ? bind(index, std::string_view(*text)) : bind_null(index);
}

SqliteStatement& SqliteStatement::bind(int index, std::int64_t number) {
    const int result = sqlite3_bind_int64(statement_.get(), index + 1, number);
    if (result != SQLITE_OK) {
        database_.fail(result);
    }
    return *this;
}

SqliteStatement& SqliteStatement::bind_null(int index) {
    const int result = sqlite3_bind_null(statement_.get(), index + 1);
    if (result != SQLITE_OK) {
        database_.fail(result);
    }
    return *this;
}

bool SqliteStatement::step() {
    const int result = sqlite3_step(statement_.get());
    if (result != SQLITE_ROW && result != SQLITE_DONE) {
        database_.fail(result);
    }
    return result == SQLITE_ROW;
}

void SqliteStatement::run() {
    while (step()) {
    }
}

bool SqliteStatement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::string SqliteStatement::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    const auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return text == nullptr ? "" : std::string(text, bytes);
}

std::optional<std::string> SqliteStatement::text_or_none(int column) const {
    return is_null(column) ? std::nullopt : std::optional<std::string>(text(column));
}

std::int64_t SqliteStatement::number(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

} // namespace durable
