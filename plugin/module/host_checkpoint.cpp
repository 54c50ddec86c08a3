#include "module/host_checkpoint.hpp"

#include <utility>

namespace job_engine {

wfn_submission submission_of(Checkpoint::State state) noexcept {
    switch (state) {
    case Checkpoint::State::prepared:
        return WFN_NOT_SUBMITTED;
    case Checkpoint::State::submitted:
        return WFN_SUBMITTED;
    case Checkpoint::State::intent:
    case Checkpoint::State::answered:
        break;
    }
    return WFN_MAYBE_SUBMITTED;
}

HostCheckpoint::HostCheckpoint(const Checkpoint& checkpoint)
    : HostCheckpoint(to_text(checkpoint), submission_of(checkpoint.state), checkpoint.job.id) {}

HostCheckpoint::HostCheckpoint(std::string json, wfn_submission submission, std::string job_id)
    : json_(std::move(json)), job_id_(std::move(job_id)) {
    checkpoint_.struct_size = sizeof checkpoint_;
    checkpoint_.submission = submission;
    checkpoint_.json = json_.c_str();
    checkpoint_.job_id = job_id_.empty() ? nullptr : job_id_.c_str();
}

} // namespace job_engine
