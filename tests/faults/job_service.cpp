#include "job_service.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace faults {
namespace {

namespace json = boost::json;

constexpr std::string_view submit_path = "/v1/image-to-video";
constexpr std::string_view jobs_path = "/v1/jobs/";
constexpr auto patience = std::chrono::seconds(30);

std::string prompt_of(const Request& request) {
    return std::string(json::parse(request.body).as_object().at("prompt").as_string());
}

std::string key_of(const Request& request) {
    const auto found = request.headers.find("idempotency-key");
    return found == request.headers.end() ? std::string() : found->second;
}

std::string word_for(Job::State state) {
    return state == Job::State::running ? "running" : state == Job::State::done ? "succeeded" : "cancelled";
}

std::string description_of(const Job& job) {
    json::object body{{"id", job.id}, {"status", word_for(job.state)}, {"progress", 0.5}};
    if (job.state == Job::State::done)
        body["output"] = json::object{{"video", job.video()}};
    return json::serialize(body);
}

Reply error_reply(int status, const std::string& code) {
    return reply_with(
        status, json::serialize(json::object{{"error", {{"code", code}, {"message", "As scripted."}}}}));
}

} // namespace

std::string Job::video() const {
    return "https://videos.example/" + id + ".mp4";
}

JobService::JobService(Script script)
    : script_(std::move(script)), server_([this](const Request& request) { return answer(request); }) {}

std::size_t JobService::jobs() const {
    const std::lock_guard lock(mutex_);
    return jobs_.size();
}

std::size_t JobService::jobs_of(const std::string& prompt) const {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_of_prompt_.find(prompt);
    return found == jobs_of_prompt_.end() ? 0 : found->second;
}

std::size_t JobService::max_jobs_of_a_prompt() const {
    const std::lock_guard lock(mutex_);
    std::size_t most = 0;
    for (const auto& [prompt, count] : jobs_of_prompt_)
        most = std::max(most, count);
    return most;
}

std::size_t JobService::faults(SubmitFault kind) const {
    const std::lock_guard lock(mutex_);
    const auto found = faults_.find(kind);
    return found == faults_.end() ? 0 : found->second;
}

std::size_t JobService::submits() const {
    const std::lock_guard lock(mutex_);
    return submits_;
}

std::size_t JobService::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

bool JobService::was_submitted(const std::string& prompt) const {
    const std::lock_guard lock(mutex_);
    return attempts_of_prompt_.contains(prompt);
}

bool JobService::was_polled(const std::string& prompt) const {
    const auto job = job_for(prompt);
    return job && job->polls > 0;
}

std::optional<Job> JobService::job_for(const std::string& prompt) const {
    const std::lock_guard lock(mutex_);
    const auto found = last_id_of_prompt_.find(prompt);
    return found == last_id_of_prompt_.end() ? std::nullopt : std::optional(jobs_.at(found->second));
}

void JobService::wait_until_settled() const {
    std::unique_lock lock(mutex_);
    settled_.wait_for(lock, patience, [this] { return at_work_ == 0; });
}

Reply JobService::answer(const Request& request) {
    {
        const std::lock_guard lock(mutex_);
        ++requests_;
    }
    if (script_.instead)
        if (auto reply = script_.instead(request))
            return *std::move(reply);
    const std::lock_guard lock(mutex_);
    return request.target == submit_path ? on_submit(request) : on_job_request(request);
}

Reply JobService::on_submit(const Request& request) {
    ++submits_;
    const auto prompt = prompt_of(request);
    const auto key = script_.keys_honoured ? key_of(request) : std::string();
    const int attempt = attempts_of_prompt_[prompt]++;
    const auto fault = script_.submit ? script_.submit(prompt, attempt) : SubmitFault::none;
    ++faults_[fault];
    if (fault == SubmitFault::dropped_before)
        return no_reply(submits_ % 2 == 0 ? Reply::Then::reset : Reply::Then::close);

    const auto known = key.empty() ? id_of_key_.end() : id_of_key_.find(key);
    if (known != id_of_key_.end() && known->second.empty())
        return error_reply(409, "still_at_work"); // the first request with this key
    const auto time = script_.submit_time ? script_.submit_time(prompt) : std::chrono::milliseconds(0);
    if (known == id_of_key_.end() && (fault == SubmitFault::held_and_late || time.count() > 0)) {
        if (!key.empty())
            id_of_key_[key] = "";
        ++at_work_;
        Reply late;
        const bool is_late = fault == SubmitFault::held_and_late;
        late.hold = is_late ? script_.held : time;
        late.after_hold = [this, prompt, key, rest = is_late ? SubmitFault::none : fault] {
            const std::lock_guard lock(mutex_);
            --at_work_;
            settled_.notify_all();
            return spoilt(accepted(make_job(prompt, key)), rest);
        };
        return late;
    }
    return spoilt(accepted(known != id_of_key_.end() ? jobs_.at(known->second) : make_job(prompt, key)),
                  fault);
}

// The reply to a submit whose job there is.
Reply JobService::spoilt(Reply reply, SubmitFault fault) const {
    if (fault == SubmitFault::dropped_after)
        return no_reply(submits_ % 2 == 0 ? Reply::Then::reset : Reply::Then::close);
    if (fault == SubmitFault::bad_gateway)
        return error_reply(502, "");
    if (fault == SubmitFault::held || fault == SubmitFault::held_and_late)
        reply.hold = script_.held;
    return reply;
}

Reply JobService::on_job_request(const Request& request) {
    const auto found = request.target.starts_with(jobs_path)
                           ? jobs_.find(request.target.substr(jobs_path.size()))
                           : jobs_.end();
    if (found == jobs_.end())
        return error_reply(404, "not_found");
    auto& job = found->second;
    if (request.method == "DELETE") {
        if (script_.cancel)
            return script_.cancel(job);
        if (job.state == Job::State::running)
            job.state = Job::State::cancelled;
    } else {
        ++job.polls;
        if (job.state == Job::State::running && (!script_.is_done || script_.is_done(job)))
            job.state = Job::State::done;
    }
    return reply_with(200, description_of(job));
}

Reply JobService::accepted(const Job& job) const {
    return reply_with(202, json::serialize(json::object{{"id", job.id}, {"status", "queued"}}));
}

Job& JobService::make_job(const std::string& prompt, const std::string& key) {
    const auto id = "job-" + std::to_string(jobs_.size() + 1);
    ++jobs_of_prompt_[prompt];
    last_id_of_prompt_[prompt] = id;
    if (!key.empty())
        id_of_key_[key] = id;
    auto& job = jobs_[id];
    job.id = id;
    job.prompt = prompt;
    return job;
}

} // namespace faults
