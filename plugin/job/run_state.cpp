#include "job/run_state.hpp"

#include "base/secret.hpp"

#include <atomic>
#include <utility>

namespace job_engine {

RareText keepable(const RareText& target) {
    return target.view().find(secret_mask) == std::string_view::npos ? target : RareText();
}

void RunState::hold_reply() {
    constexpr int most = 4'096;
    if (holds_reply || checkpoint.reply.empty())
        return;
    holds_reply = true;
    if (service.replies_held.fetch_add(1, std::memory_order_relaxed) >= most)
        drop_reply();
}

void RunState::drop_reply() {
    checkpoint.reply = {};
    if (std::exchange(holds_reply, false))
        service.replies_held.fetch_sub(1, std::memory_order_relaxed);
}

void RunState::take_job(const JobReply& job) {
    checkpoint.state = Checkpoint::State::submitted;
    checkpoint.list_scope = {};
    checkpoint.ended = {};
    checkpoint.file = {};
    checkpoint.job = {
        job.id, {keepable(job.targets.poll), keepable(job.targets.result), keepable(job.targets.cancel)}};
}

} // namespace job_engine
