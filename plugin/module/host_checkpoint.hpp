#pragma once

#include "job/checkpoint.hpp"

#include <workflow_node/node.h>

#include <string>

namespace job_engine {

wfn_submission submission_of(Checkpoint::State state) noexcept;

// A wfn_checkpoint together with the texts that it points to. Neither copied nor moved.
class HostCheckpoint {
public:
    explicit HostCheckpoint(const Checkpoint& checkpoint);
    HostCheckpoint(std::string json, wfn_submission submission, std::string job_id);
    HostCheckpoint(const HostCheckpoint&) = delete;
    HostCheckpoint& operator=(const HostCheckpoint&) = delete;

    const wfn_checkpoint* get() const noexcept { return &checkpoint_; }

private:
    std::string json_;
    std::string job_id_;
    wfn_checkpoint checkpoint_{};
};

} // namespace job_engine
