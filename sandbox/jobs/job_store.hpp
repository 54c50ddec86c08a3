#pragma once

#include "base/api_error.hpp"
#include "jobs/camera_motion.hpp"
#include "jobs/generation_request.hpp"
#include "jobs/video_size.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sandbox {

enum class JobStatus { queued, running, succeeded, failed, cancelled };

inline constexpr int job_status_count = 5;

std::string_view status_name(JobStatus status);

inline bool is_finished(JobStatus status) {
    return status >= JobStatus::succeeded;
}

using TimePoint = std::chrono::system_clock::time_point;

// What AgenticFlow's API tells of a run beside the generation.
struct WorkflowRun {
    std::string workflow_id;
    boost::json::object input; // as it was given
};

struct Job {
    std::string id;
    GenerationRequest request;
    std::optional<WorkflowRun> workflow_run; // of a job that was submitted as one
    std::string idempotency_key;             // empty when the client sent none
    CameraMove move;
    JobStatus status = JobStatus::queued;
    double progress = 0;               // 0 to 1
    std::optional<double> eta_seconds; // known while frames are being made
    std::optional<ApiError> error;     // of a failed job
    std::optional<PixelSize> pixels;   // known once the image has been read
    bool has_thumbnail = false;
    TimePoint created_at;
    std::optional<TimePoint> started_at;
    std::optional<TimePoint> finished_at;
};

// The jobs and what happens to them, without I/O and without a clock. Not thread-safe.
class JobStore {
public:
    // Above `limit` jobs the oldest finished ones are dropped, with their idempotency keys.
    explicit JobStore(std::size_t limit = 1000) : limit_(limit) {}

    enum class Submission { is_new, replayed, key_reused };

    struct Lookup {
        Submission submission = Submission::is_new;
        const Job* job = nullptr; // the job of a replay; valid until the store changes
    };

    // What a submit with this key would be; an empty key always makes a new job.
    Lookup look_up(std::string_view idempotency_key, const GenerationRequest& request) const;

    // The id must be new. Returns the ids of jobs that were dropped to make room.
    std::vector<std::string> add(std::string id, GenerationRequest request, std::string_view idempotency_key,
                                 TimePoint now, std::optional<WorkflowRun> workflow_run = std::nullopt);

    const Job* find(std::string_view id) const;

    // These change a job that is not finished, and return whether they did: a late report about a cancelled
    // or dropped job is ignored.
    bool start(std::string_view id, TimePoint now);
    bool report_image(std::string_view id, PixelSize pixels);
    bool report_progress(std::string_view id, double progress, std::optional<double> eta_seconds);
    bool succeed(std::string_view id, TimePoint now);
    bool fail(std::string_view id, ApiError error, TimePoint now);
    bool cancel(std::string_view id, TimePoint now);

    std::vector<const Job*> newest(std::size_t count) const; // newest first
    std::size_t count(JobStatus status) const;
    std::size_t size() const { return jobs_.size(); }
    std::uint64_t created() const { return next_number_; }

private:
    Job* find_unfinished(std::string_view id);
    bool finish(std::string_view id, JobStatus status, TimePoint now);
    std::vector<std::string> drop_oldest_finished();

    std::size_t limit_;
    std::uint64_t next_number_ = 0;
    std::map<std::uint64_t, Job> jobs_; // by number, so in order of creation
    std::unordered_map<std::string, std::uint64_t> numbers_by_id_;
    std::unordered_map<std::string, std::uint64_t> numbers_by_key_;
};

} // namespace sandbox
