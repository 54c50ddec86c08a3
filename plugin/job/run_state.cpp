#include "job/run_state.hpp"

#include "base/secret.hpp"

namespace job_engine {

RareText keepable(const RareText& target) {
    return target.view().find(secret_mask) == std::string_view::npos ? target : RareText();
}

void RunState::take_job(const JobReply& job) {
    checkpoint.state = Checkpoint::State::submitted;
    checkpoint.job = {
        job.id, {keepable(job.targets.poll), keepable(job.targets.result), keepable(job.targets.cancel)}};
}

} // namespace job_engine
