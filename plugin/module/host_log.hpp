#pragma once

#include "base/plain_text.hpp"

#include <workflow_node/node.h>

#include <string>
#include <utility>

namespace job_engine {

// The host as the module remembers it.
class HostLog {
public:
    HostLog() = default;
    explicit HostLog(const wfn_host& host)
        : log_(host.log), level_(host.log_level), user_data_(host.user_data) {}

    bool takes(wfn_log_level level) const noexcept { return log_ != nullptr && level >= level_; }

    // As one line, so that nobody's text can forge another. Call it without holding a lock: the host may
    // call back.
    void write(wfn_log_level level, const std::string& message) const {
        if (!takes(level))
            return;
        const auto line = plain_text(message);
        const bool outer = std::exchange(is_writing_, true);
        try {
            log_(user_data_, level, line.c_str());
        } catch (...) { // as a callback that throws: it has returned
        }
        is_writing_ = outer;
    }

    // Whether this thread is inside a host's log.
    static bool is_writing() noexcept { return is_writing_; }

private:
    inline static thread_local bool is_writing_ = false;

    void (*log_)(void*, wfn_log_level, const char*) = nullptr;
    wfn_log_level level_ = WFN_LOG_DEBUG;
    void* user_data_ = nullptr;
};

} // namespace job_engine
