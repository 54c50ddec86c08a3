#pragma once

#include "posix/files.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace cli {

/* One line of a file, without its line end. */
struct TextLine {
    std::int64_t number = 0; /* from 1 */
    std::string text;        /* empty when too_long */
    std::size_t bytes = 0;   /* in the file */
    bool too_long = false;
};

/*
 * Reads a file line by line on a thread of its own, so that a pipe that gives nothing holds nobody up.
 * Reads ahead a little, however long the file is. A byte order mark and the '\r' of "\r\n" are dropped.
 */
class LineReader {
public:
    static constexpr std::size_t max_line = std::size_t{4} * 1024 * 1024;

    /*
     * path: "-" for standard input. on_change: there may be something new; called on the reader's thread.
     * Throws UsageError when the file cannot be opened.
     */
    LineReader(const std::string& path, std::function<void()> on_change);
    ~LineReader();
    LineReader(const LineReader&) = delete;
    LineReader& operator=(const LineReader&) = delete;

    /* nullopt: there is none at this moment, or, when at_end, no more. */
    std::optional<TextLine> next();
    bool at_end() const;
    /* Why reading ended before the end of the file; empty: it did not. */
    std::string problem() const;
    /* How long the file is; nullopt: nobody knows. */
    std::optional<std::uint64_t> size() const noexcept { return size_; }

private:
    void read();
    /* False: there is to be no more reading. */
    bool wait_for_input() const;
    bool add(TextLine line);
    bool has_room() const;

    FileDescriptor file_; /* none: standard input */
    int fd_ = 0;
    std::optional<std::uint64_t> size_;
    std::function<void()> on_change_;
    FileDescriptor stop_;
    mutable std::mutex mutex_;
    std::condition_variable taken_;
    std::deque<TextLine> lines_;
    std::size_t bytes_ = 0; /* of lines_ */
    bool ended_ = false;
    bool stopping_ = false;
    std::string problem_;
    std::thread thread_;
};

} // namespace cli
