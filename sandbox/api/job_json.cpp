#include "api/job_json.hpp"

#include "base/text.hpp"

#include <boost/json/array.hpp>

#include <cmath>
#include <utility>

namespace sandbox {
namespace {

namespace json = boost::json;

json::value time_or_null(const std::optional<TimePoint>& time) {
    return time ? json::value(iso_time(*time)) : json::value(nullptr);
}

json::value text_or_null(const std::optional<std::string>& text) {
    return text ? json::value(*text) : json::value(nullptr);
}

double rounded(double value) {
    return std::round(value * 1000) / 1000;
}

} // namespace

json::object job_json(const Job& job, const std::string& base) {
    const GenerationRequest& request = job.request;
    json::object object{{"id", job.id},
                        {"status", status_name(job.status)},
                        {"progress", rounded(job.progress)},
                        {"eta_seconds", nullptr},
                        {"output", nullptr},
                        {"error", nullptr},
                        {"created_at", iso_time(job.created_at)},
                        {"started_at", time_or_null(job.started_at)},
                        {"finished_at", time_or_null(job.finished_at)},
                        {"model", model_name(request.model)},
                        {"prompt", request.prompt},
                        {"image", request.image},
                        {"negative_prompt", text_or_null(request.negative_prompt)},
                        {"prompt_optimizer", nullptr},
                        {"camera_move", motion_name(job.move.motion)},
                        {"camera_move_from_prompt", job.move.found_in_prompt},
                        {"thumbnail", nullptr}};
    if (request.prompt_optimizer)
        object["prompt_optimizer"] = *request.prompt_optimizer;
    if (!request.size.empty())
        object["size"] = request.size;
    if (job.pixels)
        object["pixels"] = {{"width", job.pixels->width}, {"height", job.pixels->height}};
    if (job.eta_seconds)
        object["eta_seconds"] = rounded(*job.eta_seconds);
    if (job.has_thumbnail)
        object["thumbnail"] = base + "/thumbnails/" + job.id + ".jpg";
    if (job.status == JobStatus::succeeded)
        object["output"] = {{"video", base + "/videos/" + job.id + ".mp4"}};
    if (job.error)
        object["error"] = {{"code", job.error->code}, {"message", job.error->message}};
    return object;
}

json::object job_list_json(const JobStore& store, std::size_t limit, const std::string& base) {
    constexpr std::size_t max_text = 600;
    json::array jobs;
    for (const Job* const job : store.newest(limit)) {
        json::object object = job_json(*job, base);
        for (const char* const member : {"prompt", "negative_prompt", "image"})
            if (const json::string* const text = object[member].if_string())
                object[member] = shortened({text->data(), text->size()}, max_text);
        jobs.push_back(std::move(object));
    }
    json::object counts;
    for (int i = 0; i < job_status_count; ++i) {
        const auto status = static_cast<JobStatus>(i);
        counts[status_name(status)] = store.count(status);
    }
    return {{"jobs", std::move(jobs)},
            {"counts", std::move(counts)},
            {"kept", store.size()},
            {"created", store.created()}};
}

} // namespace sandbox
