#pragma once

#include "journal/journal_error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace durable {

/*
 * A SQLite file that exists already. Not for use by two threads at once. Its functions throw JournalError,
 * also when another process keeps the file locked for longer than busy_timeout_ms.
 */
class SqliteDatabase {
public:
    static constexpr int busy_timeout_ms = 10000;

    explicit SqliteDatabase(const std::string& path);

    /* One or more statements without parameters. */
    void execute(const char* sql);
    /* The only value of a statement. */
    std::int64_t integer(const char* sql);
    bool read_only() const noexcept;
    /* Ends a transaction that failed; does nothing when SQLite has ended it by itself. */
    void roll_back() noexcept;

    [[noreturn]] void fail(int result) const;

private:
    friend class SqliteStatement;
    struct Close {
        void operator()(sqlite3* database) const noexcept;
    };

    std::string path_;
    std::unique_ptr<sqlite3, Close> database_;
};

/* One statement of a database, which must outlive it. Parameters and columns count from 0. */
class SqliteStatement {
public:
    SqliteStatement(const SqliteDatabase& database, std::string_view sql);

    SqliteStatement& bind(int index, std::string_view text);
    SqliteStatement& bind(int index, const std::optional<std::string>& text);
    SqliteStatement& bind(int index, std::int64_t number);
    SqliteStatement& bind_null(int index);

    /* Whether there is a (further) row. */
    bool step();
    /* Runs it to its end, without rows. */
    void run();

    bool is_null(int column) const;
    std::string text(int column) const; /* of NULL: "" */
    std::optional<std::string> text_or_none(int column) const;
    std::int64_t number(int column) const; /* of NULL: 0 */

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };

    const SqliteDatabase& database_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

} // namespace durable
