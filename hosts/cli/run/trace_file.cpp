#include "run/trace_file.hpp"

#include "journal/module_check.hpp"
#include "posix/usage_error.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <utility>

namespace cli {

namespace {

constexpr mode_t for_others = S_IRWXG | S_IRWXO;

// Also of a file that is there already: traces hold prompts, and where the videos are.
int close_to_others(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0)
        return errno;
    if (!S_ISREG(status.st_mode) || (status.st_mode & for_others) == 0)
        return 0;
    return ::fchmod(fd, S_IRUSR | S_IWUSR) == 0 ? 0 : errno;
}

// "2026-01-31T12:00:00.123Z"
std::string time_text(std::chrono::system_clock::time_point time) {
    using namespace std::chrono;
    const std::time_t seconds = system_clock::to_time_t(time);
    const auto milliseconds =
        duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count() % 1000;
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    char text[48];
    const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    std::snprintf(text + length, sizeof text - length, ".%03dZ", static_cast<int>(milliseconds));
    return text;
}

// What is no JSON object is not this module's mistake to end a run.
std::string line_of(const std::string& exchange) {
    boost::json::object line{{"time", time_text(std::chrono::system_clock::now())}};
    auto parsed = durable::parse_module_json(exchange);
    if (parsed && parsed->is_object()) {
        for (auto& member : parsed->get_object())
            line.emplace(member.key(), std::move(member.value()));
    } else {
        line["text"] = exchange;
    }
    return boost::json::serialize(line) + "\n";
}

} // namespace

TraceFile::TraceFile(std::string path)
    : path_(std::move(path)),
      file_(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR)) {
    const int error = file_ ? close_to_others(file_.get()) : errno;
    if (error != 0) {
        throw UsageError("cannot write a trace to \"" + path_ + "\": " + errno_text(error)
                         + ". Nothing was started.");
    }
}

std::unique_ptr<TraceFile> TraceFile::open(const std::optional<std::string>& path) {
    return path ? std::make_unique<TraceFile>(*path) : nullptr;
}

std::optional<std::string> TraceFile::append(const std::string& exchange) {
    const std::string line = line_of(exchange);
    const std::lock_guard lock(mutex_);
    if (has_failed_)
        return std::nullopt;
    const int error = write_all(file_.get(), line);
    if (error == 0)
        return std::nullopt;
    has_failed_ = true;
    return "the trace \"" + path_ + "\" ends here: " + errno_text(error) + ". Runs go on without it.";
}

wfn::HostOptions session_options(TraceFile* trace, Log log, Warn warn) {
    wfn::HostOptions options{"workflow-node", WORKFLOW_NODE_VERSION};
    options.on_log = std::move(log);
    if (trace == nullptr)
        return options;
    options.log_level = wfn::LogLevel::trace;
    options.on_log = [trace, other = std::move(options.on_log),
                      warn = std::move(warn)](wfn::LogLevel level, const std::string& line) {
        if (level != wfn::LogLevel::trace) {
            if (other)
                other(level, line);
        } else if (const auto warning = trace->append(line)) {
            warn(*warning);
        }
    };
    return options;
}

} // namespace cli
