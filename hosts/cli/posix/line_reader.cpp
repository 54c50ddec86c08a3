#include "posix/line_reader.hpp"

#include "posix/usage_error.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace cli {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_readable(int fd) {
    pollfd input{fd, POLLIN, 0};
    return ::poll(&input, 1, 0) > 0;
}

// An epoll instance that is readable while the input is. Asio would make the input itself non-blocking, also
// for other processes that have it as their standard input.
FileDescriptor watcher_of(int fd) {
    FileDescriptor watcher(::epoll_create1(EPOLL_CLOEXEC));
    epoll_event readable{};
    readable.events = EPOLLIN;
    if (watcher && ::epoll_ctl(watcher.get(), EPOLL_CTL_ADD, fd, &readable) == 0)
        return watcher;
    if (!watcher || errno != EPERM) // of what is always readable, such as a regular file
        throw UsageError("cannot watch the input: " + errno_text(errno));
    return FileDescriptor();
}

} // namespace

LineReader::LineReader(const std::string& path, EventLoop& loop) : loop_(loop), watched_(loop.context()) {
    if (path != "-") {
        file_ = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        fd_ = file_.get();
    }
    struct stat status {};
    if (fd_ < 0 || ::fstat(fd_, &status) != 0 || S_ISDIR(status.st_mode))
        throw UsageError("cannot read \"" + path + "\": " + errno_text(fd_ < 0 ? errno : EISDIR));
    if (S_ISREG(status.st_mode))
        size_ = static_cast<std::uint64_t>(status.st_size);
    if (FileDescriptor watcher = watcher_of(fd_)) // none for a regular file, which is always readable
        watched_.assign(watcher.release());
    line_.number = 1;
}

std::optional<TextLine> LineReader::next() {
    constexpr int max_reads = 256; // of an endless line, before other handlers have their turn
    for (int reads = 0; !ended_; ++reads) {
        if (std::optional<TextLine> line = take_line())
            return line;
        if (reads == max_reads) {
            loop_.post([] {});
            return std::nullopt;
        }
        if (!is_readable(fd_)) {
            watch_input();
            return std::nullopt;
        }
        if (!read_some() && line_.bytes > 0 && problem_.empty())
            return finish_line(); // the last line needs no line end
    }
    return std::nullopt;
}

void LineReader::watch_input() {
    if (std::exchange(waiting_, true))
        return;
    watched_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [this](const boost::system::error_code& error) {
                            if (error != boost::asio::error::operation_aborted)
                                waiting_ = false;
                        });
}

// False: that was the end.
bool LineReader::read_some() {
    const ssize_t got = ::read(fd_, buffer_.data(), buffer_.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (got < 0)
        problem_ = errno_text(errno);
    ended_ = got <= 0;
    unread_ = {buffer_.data(), static_cast<std::size_t>(ended_ ? 0 : got)};
    return !ended_;
}

std::optional<TextLine> LineReader::take_line() {
    const std::size_t end = unread_.find('\n');
    const bool whole = end != std::string_view::npos;
    const std::string_view part = unread_.substr(0, end);
    line_.bytes += part.size() + (whole ? 1 : 0);
    line_.too_long = line_.too_long || line_.text.size() + part.size() > max_line;
    line_.too_long ? line_.text = std::string() : line_.text.append(part);
    unread_.remove_prefix(whole ? end + 1 : unread_.size());
    return whole ? std::optional(finish_line()) : std::nullopt;
}

TextLine LineReader::finish_line() {
    TextLine line = std::exchange(line_, TextLine());
    line_.number = line.number + 1;
    if (line.number == 1 && line.text.compare(0, byte_order_mark.size(), byte_order_mark) == 0)
        line.text.erase(0, byte_order_mark.size());
    if (!line.text.empty() && line.text.back() == '\r')
        line.text.pop_back();
    return line;
}

} // namespace cli
