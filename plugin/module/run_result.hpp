#pragma once

#include "api/error.hpp"
#include "job/outcome.hpp"
#include "module/host_checkpoint.hpp"

#include <workflow_node/node.h>

#include <optional>
#include <string>
#include <vector>

namespace job_engine {

// A wfn_result together with the texts that it points to. Neither copied nor moved.
class RunResult {
public:
    RunResult(const Outcome& outcome, const std::vector<Warning>& warnings, const ErrorTable& errors);
    RunResult(const RunResult&) = delete;
    RunResult& operator=(const RunResult&) = delete;

    const wfn_result* get() const noexcept { return &result_; }

private:
    void emplace_given(const std::string& text);
    void set_error(const Error& error, const ErrorTable& table);

    std::string output_;
    std::optional<HostCheckpoint> checkpoint_;
    std::string warnings_;
    std::string message_;
    std::string request_id_;
    std::string job_id_;
    std::string details_;
    std::string error_json_;
    wfn_error error_{};
    wfn_result result_{};
};

} // namespace job_engine
