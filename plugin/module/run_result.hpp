#pragma once

#include "api/error.hpp"
#include "job/job_flow.hpp"

#include <workflow_node/node.h>

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
    void set_error(const Error& error, const ErrorTable& table);

    std::string output_;
    std::string checkpoint_;
    std::string warnings_;
    std::string message_;
    std::string error_json_;
    wfn_error error_{};
    wfn_result result_{};
};

} // namespace job_engine
