#include "jobs/job_store.hpp"

#include <algorithm>
#include <utility>

namespace sandbox {

std::string_view status_name(JobStatus status) {
    switch (status) {
    case JobStatus::queued:
        return "queued";
    case JobStatus::running:
        return "running";
    case JobStatus::succeeded:
        return "succeeded";
    case JobStatus::failed:
        return "failed";
    case JobStatus::cancelled:
        return "cancelled";
    }
    return "";
}

JobStore::Lookup JobStore::look_up(std::string_view idempotency_key, const GenerationRequest& request) const {
    if (idempotency_key.empty())
        return {};
    const auto number = numbers_by_key_.find(std::string(idempotency_key));
    if (number == numbers_by_key_.end())
        return {};
    const Job& job = jobs_.at(number->second);
    if (job.request != request)
        return {Submission::key_reused, nullptr};
    return {Submission::replayed, &job};
}

std::vector<std::string> JobStore::add(std::string id, GenerationRequest request,
                                       std::string_view idempotency_key, TimePoint now,
                                       std::optional<WorkflowRun> workflow_run) {
    const std::uint64_t number = next_number_++;
    Job job;
    job.id = std::move(id);
    job.move = choose_camera_move(request.prompt);
    job.request = std::move(request);
    job.workflow_run = std::move(workflow_run);
    job.idempotency_key = idempotency_key;
    job.created_at = now;
    numbers_by_id_.emplace(job.id, number);
    if (!job.idempotency_key.empty())
        numbers_by_key_.emplace(job.idempotency_key, number);
    jobs_.emplace(number, std::move(job));
    return drop_oldest_finished();
}

std::vector<std::string> JobStore::drop_oldest_finished() {
    std::vector<std::string> dropped;
    for (auto job = jobs_.begin(); job != jobs_.end() && jobs_.size() > limit_;) {
        if (!is_finished(job->second.status)) {
            ++job;
            continue;
        }
        numbers_by_id_.erase(job->second.id);
        numbers_by_key_.erase(job->second.idempotency_key);
        dropped.push_back(std::move(job->second.id));
        job = jobs_.erase(job);
    }
    return dropped;
}

const Job* JobStore::find(std::string_view id) const {
    const auto number = numbers_by_id_.find(std::string(id));
    return number == numbers_by_id_.end() ? nullptr : &jobs_.at(number->second);
}

Job* JobStore::find_unfinished(std::string_view id) {
    const auto number = numbers_by_id_.find(std::string(id));
    if (number == numbers_by_id_.end())
        return nullptr;
    Job& job = jobs_.at(number->second);
    return is_finished(job.status) ? nullptr : &job;
}

bool JobStore::start(std::string_view id, TimePoint now) {
    Job* const job = find_unfinished(id);
    if (!job)
        return false;
    job->status = JobStatus::running;
    job->started_at = now;
    return true;
}

bool JobStore::report_image(std::string_view id, PixelSize pixels) {
    Job* const job = find_unfinished(id);
    if (!job)
        return false;
    job->pixels = pixels;
    job->has_thumbnail = true;
    return true;
}

bool JobStore::report_progress(std::string_view id, double progress, std::optional<double> eta_seconds) {
    Job* const job = find_unfinished(id);
    if (!job)
        return false;
    job->progress = std::clamp(progress, job->progress, 1.0);
    job->eta_seconds = eta_seconds;
    return true;
}

bool JobStore::finish(std::string_view id, JobStatus status, TimePoint now) {
    Job* const job = find_unfinished(id);
    if (!job)
        return false;
    job->status = status;
    job->eta_seconds.reset();
    job->finished_at = now;
    return true;
}

bool JobStore::succeed(std::string_view id, TimePoint now) {
    return report_progress(id, 1, std::nullopt) && finish(id, JobStatus::succeeded, now);
}

bool JobStore::fail(std::string_view id, ApiError error, TimePoint now) {
    Job* const job = find_unfinished(id);
    if (!job)
        return false;
    job->error = std::move(error);
    return finish(id, JobStatus::failed, now);
}

bool JobStore::cancel(std::string_view id, TimePoint now) {
    return finish(id, JobStatus::cancelled, now);
}

std::vector<const Job*> JobStore::newest(std::size_t count) const {
    std::vector<const Job*> jobs;
    for (auto job = jobs_.rbegin(); job != jobs_.rend() && jobs.size() < count; ++job)
        jobs.push_back(&job->second);
    return jobs;
}

std::size_t JobStore::count(JobStatus status) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(jobs_, [&](const auto& entry) { return entry.second.status == status; }));
}

} // namespace sandbox
