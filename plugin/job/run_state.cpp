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

HttpRequest RunState::with_trace(HttpRequest request) const {
    if (!parameters.traceparent.empty())
        request.headers.emplace_back("traceparent", parameters.traceparent.view());
    return request;
}

} // namespace job_engine
