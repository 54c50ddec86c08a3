#pragma once

#include "posix/files.hpp"

#include <workflow_node/host.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace cli {

// The file of --trace: what went over the wire, a line for each exchange, appended as it happens. Only its
// owner may read it. [any]
class TraceFile {
public:
    // Throws UsageError.
    explicit TraceFile(std::string path);
    // nullptr where no trace was asked for.
    static std::unique_ptr<TraceFile> open(const std::optional<std::string>& path);

    // Returns a warning, once: from the first failure on, nothing more is written.
    std::optional<std::string> append(const std::string& exchange);

private:
    std::mutex mutex_;
    const std::string path_;
    const FileDescriptor file_;
    bool has_failed_ = false;
};

using Log = std::function<void(wfn::LogLevel, const std::string& line)>;
using Warn = std::function<void(const std::string& warning)>;

// How a session is opened: the module's trace goes to the file, which may be nullptr and must outlive the
// session; the rest of its log to `log`, and what became of the file to `warn`, each on the module's threads.
wfn::HostOptions session_options(TraceFile* trace, Log log, Warn warn);

} // namespace cli
