#include "posix/line_reader.hpp"

#include "posix/signals.hpp"
#include "posix/usage_error.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace cli {

namespace {

constexpr std::size_t max_lines_ahead = 64;
constexpr std::size_t max_bytes_ahead = std::size_t{8} * 1024 * 1024;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

} // namespace

LineReader::LineReader(const std::string& path, std::function<void()> on_change)
    : on_change_(std::move(on_change)) {
    if (path != "-") {
        file_ = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        fd_ = file_.get();
    }
    struct stat status {};
    if (fd_ < 0 || ::fstat(fd_, &status) != 0 || S_ISDIR(status.st_mode)) {
        throw UsageError("cannot read \"" + path + "\": " + errno_text(fd_ < 0 ? errno : EISDIR));
    }
    if (S_ISREG(status.st_mode)) {
        size_ = static_cast<std::uint64_t>(status.st_size);
    }
    stop_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC));
    const SignalsBlocked blocked; // they are for the thread that watches for them
    thread_ = std::thread([this] { read(); });
}

LineReader::~LineReader() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    taken_.notify_one();
    const std::uint64_t one = 1;
    static_cast<void>(write_all(stop_.get(), {reinterpret_cast<const char*>(&one), sizeof one}));
    thread_.join();
}

std::optional<TextLine> LineReader::next() {
    std::optional<TextLine> line;
    {
        const std::lock_guard lock(mutex_);
        if (lines_.empty()) {
            return std::nullopt;
        }
        line = std::move(lines_.front());
        lines_.pop_front();
        bytes_ -= line->text.size();
    }
    taken_.notify_one();
    return line;
}

bool LineReader::at_end() const {
    const std::lock_guard lock(mutex_);
    return ended_ && lines_.empty();
}

std::string LineReader::problem() const {
    const std::lock_guard lock(mutex_);
    return problem_;
}

bool LineReader::wait_for_input() const {
    pollfd watched[] = {{fd_, POLLIN, 0}, {stop_.get(), POLLIN, 0}};
    while (::poll(watched, 2, -1) < 0 && errno == EINTR) {
    }
    return watched[1].revents == 0;
}

bool LineReader::has_room() const {
    return lines_.size() < max_lines_ahead && bytes_ < max_bytes_ahead;
}

bool LineReader::add(TextLine line) {
    if (line.number == 1 && line.text.compare(0, byte_order_mark.size(), byte_order_mark) == 0) {
        line.text.erase(0, byte_order_mark.size());
    }
    if (!line.text.empty() && line.text.back() == '\r') {
        line.text.pop_back();
    }
    {
        std::unique_lock lock(mutex_);
        taken_.wait(lock, [this] { return stopping_ || has_room(); });
        if (stopping_) {
            return false;
        }
        bytes_ += line.text.size();
        lines_.push_back(std::move(line));
    }
    on_change_();
    return true;
}

void LineReader::read() {
    std::string problem;
    TextLine line;
    line.number = 1;
    char buffer[16384];
    bool more = true;
    while (more && wait_for_input()) {
        const ssize_t got = ::read(fd_, buffer, sizeof buffer);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (got <= 0) {
            problem = got < 0 ? errno_text(errno) : "";
            if (problem.empty() && line.bytes > 0) {
                add(std::move(line)); // the last one needs no line end
            }
            break;
        }
        std::string_view rest(buffer, static_cast<std::size_t>(got));
        while (more && !rest.empty()) {
            const std::size_t end = rest.find('\n');
            const std::string_view part = rest.substr(0, end);
            line.bytes += part.size() + (end == std::string_view::npos ? 0 : 1);
            line.too_long = line.too_long || line.text.size() + part.size() > max_line;
            line.too_long ? line.text = std::string() : line.text.append(part);
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
            if (end != std::string_view::npos) {
                const std::int64_t number = line.number;
                more = add(std::exchange(line, TextLine()));
                line.number = number + 1;
            }
        }
    }
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        problem_ = std::move(problem);
    }
    on_change_();
}

} // namespace cli
