#pragma once

#include "base/plain_text.hpp"

#include <workflow_node/node.h>

#include <string>

namespace job_engine {

// The host as the module remembers it.
class HostLog {
public:
    HostLog() = default;
    explicit HostLog(const wfn_host& host) : log_(host.log), user_data_(host.user_data) {}

    // As one line, so that nobody's text can forge another. Call it without holding a lock: the host may
    // call back.
    void write(wfn_log_level level, const std::string& message) const {
        if (log_ != nullptr)
            log_(user_data_, level, plain_text(message).c_str());
    }

private:
    void (*log_)(void*, wfn_log_level, const char*) = nullptr;
    void* user_data_ = nullptr;
};

} // namespace job_engine
