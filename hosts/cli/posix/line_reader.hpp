#pragma once

#include "posix/event_loop.hpp"
#include "posix/files.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

// One line of a file, without its line end.
struct TextLine {
    std::int64_t number = 0; // from 1
    std::string text;        // empty when too_long
    std::size_t bytes = 0;   // in the file
    bool too_long = false;
};

// Reads a file line by line, when asked for a line. An idle pipe does not block. A byte order mark and the
// '\r' of "\r\n" are dropped. For the loop's thread; the loop must not run once it is destroyed.
class LineReader {
public:
    static constexpr std::size_t max_line = std::size_t{4} * 1024 * 1024;

    // path: "-" for standard input. Throws UsageError when the file cannot be opened.
    LineReader(const std::string& path, EventLoop& loop);
    LineReader(const LineReader&) = delete;
    LineReader& operator=(const LineReader&) = delete;

    // nullopt: there are no more if at_end; otherwise there is none at present, and the loop gets an event
    // once there may be one.
    std::optional<TextLine> next();
    bool at_end() const noexcept { return ended_; }
    // Why reading ended before the end of the file; empty if it did not.
    const std::string& problem() const noexcept { return problem_; }
    // The length of the file in bytes; nullopt if it is unknown.
    std::optional<std::uint64_t> size() const noexcept { return size_; }

private:
    void watch_input();
    std::optional<TextLine> take_line();
    TextLine finish_line();
    bool read_some();

    EventLoop& loop_;
    FileDescriptor file_; // none: standard input
    int fd_ = 0;
    std::optional<std::uint64_t> size_;
    boost::asio::posix::stream_descriptor watched_;
    bool waiting_ = false;
    std::array<char, 65536> buffer_;
    std::string_view unread_; // in buffer_
    TextLine line_;           // as far as it is read
    bool ended_ = false;
    std::string problem_;
};

} // namespace cli
