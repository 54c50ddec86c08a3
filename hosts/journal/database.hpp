#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace durable {

// A SQLite file that exists already. For one thread at a time. What goes wrong in SQLite comes out as a
// JournalError that says why and what to do, also when another process keeps the file locked for longer than
// busy_timeout_ms.
class Database {
public:
    static constexpr int busy_timeout_ms = 10000;

    explicit Database(const std::string& path);

    // One or more statements without parameters.
    void execute(const std::string& sql);

    // One statement without rows. Its parameters are numbers, texts, and optionals of texts, where nullopt is
    // NULL.
    template <class... Values>
    void run(const std::string& sql, const Values&... values) {
        guarded([&] { prepared(sql, values...).exec(); });
    }

    // Calls use(row) with each row of a query, as long as it returns true.
    template <class Use, class... Values>
    void for_each_row(const std::string& sql, Use use, const Values&... values) {
        guarded([&] {
            SQLite::Statement query = prepared(sql, values...);
            while (query.executeStep() && use(query)) {
            }
        });
    }

    // The only value of a query.
    template <class... Values>
    std::int64_t integer(const std::string& sql, const Values&... values) {
        std::int64_t value = 0;
        for_each_row(
            sql,
            [&](const SQLite::Statement& row) {
                value = row.getColumn(0).getInt64();
                return false;
            },
            values...);
        return value;
    }

    bool read_only() const noexcept;

    // Does the work in a transaction. If the work throws, nothing of it stays, and the caller gets the
    // exception.
    void transact(const std::function<void()>& work);

private:
    template <class... Values>
    SQLite::Statement prepared(const std::string& sql, const Values&... values) {
        SQLite::Statement statement(database_, sql);
        int index = 0;
        (bind(statement, ++index, values), ...);
        return statement;
    }
    template <class Value>
    static void bind(SQLite::Statement& statement, int index, const Value& value) {
        statement.bind(index, value);
    }
    static void bind(SQLite::Statement& statement, int index, const std::optional<std::string>& text) {
        text ? statement.bind(index, *text) : statement.bind(index);
    }

    // Calls work(); throws what it throws, SQLite::Exception as JournalError.
    void guarded(const std::function<void()>& work) const;

    std::string path_;
    SQLite::Database database_;
};

// A text of a row; nullopt: NULL.
std::optional<std::string> text_or_none(const SQLite::Statement& row, int column);

} // namespace durable
