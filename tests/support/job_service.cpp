#include "job_service.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace test_support {
namespace {

namespace json = boost::json;

constexpr auto settling_timeout = std::chrono::seconds(30);

constexpr std::size_t jobs_of_a_page = 100;

std::string text_in(const Request& request, std::string_view member) {
    const auto body = json::parse(request.body);
    const auto* text = body.as_object().if_contains(member);
    return text != nullptr ? std::string(text->as_string()) : std::string();
}

std::string key_of(const Request& request) {
    return request.header("idempotency-key");
}

const char* word_for(Job::State state) {
    switch (state) {
    case Job::State::running:
        return "running";
    case Job::State::done:
        return "succeeded";
    case Job::State::cancelled:
        return "cancelled";
    default:
        return "failed";
    }
}

Reply as_scripted(int status, const std::string& code) {
    return refused(status, code, "As scripted.");
}

} // namespace

Reply accepted(const std::string& job_id) {
    return json_reply(202, json::serialize(json::object{{"id", job_id}, {"status", "queued"}}));
}

Reply refused(int status, const std::string& code, const std::string& message) {
    return json_reply(status,
                      json::serialize(json::object{{"error", {{"code", code}, {"message", message}}}}));
}

std::string description_of(const Job& job) {
    json::object body{{"id", job.id}, {"status", word_for(job.state)}, {"progress", 0.5}};
    if (job.state == Job::State::done)
        body["output"] = json::object{{"video", job.video()}};
    return json::serialize(body);
}

JobService::JobService(Script script)
    : script_(std::move(script)), book_(script_.keys_honoured),
      server_([this](const Request& request) { return answer(request); },
              ScriptedServer::Requests::not_kept) {}

JobService::JobService(Script script, SslContext tls)
    : script_(std::move(script)), book_(script_.keys_honoured),
      server_([this](const Request& request) { return answer(request); }, std::move(tls)) {}

std::size_t JobService::jobs() const {
    const std::lock_guard lock(mutex_);
    return book_.jobs().size();
}

std::size_t JobService::jobs_of(const std::string& prompt) const {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_of_prompt_.find(prompt);
    return found == jobs_of_prompt_.end() ? 0 : found->second.size();
}

std::size_t JobService::max_jobs_of_a_prompt() const {
    const std::lock_guard lock(mutex_);
    std::size_t most = 0;
    for (const auto& [prompt, jobs] : jobs_of_prompt_)
        most = std::max(most, jobs.size());
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
    const auto found = jobs_of_prompt_.find(prompt);
    return found == jobs_of_prompt_.end() ? std::nullopt : std::optional(*found->second.back());
}

void JobService::wait_until_settled() const {
    std::unique_lock lock(mutex_);
    settled_.wait_for(lock, settling_timeout, [this] { return at_work_ == 0; });
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
    if (request.target == submit_path)
        return on_submit(request);
    return request.target.starts_with(list_path) ? on_list(request) : on_job_request(request);
}

Reply JobService::on_submit(const Request& request) {
    ++submits_;
    const auto prompt = text_in(request, "prompt");
    const auto key = script_.keys_honoured ? key_of(request) : std::string();
    const int attempt = attempts_of_prompt_[prompt]++;
    const auto fault = script_.submit ? script_.submit(prompt, attempt) : SubmitFault::none;
    ++faults_[fault];
    if (fault == SubmitFault::dropped_before)
        return no_reply(submits_ % 2 == 0 ? Reply::Then::reset : Reply::Then::close);

    if (keys_at_work_.contains(key))
        return as_scripted(409, "still_at_work"); // the first request with this key
    const auto time = script_.submit_time ? script_.submit_time(prompt) : std::chrono::milliseconds(0);
    if (!book_.knows_key(key) && (fault == SubmitFault::held_and_late || time.count() > 0)) {
        if (!key.empty())
            keys_at_work_.insert(key);
        ++at_work_;
        Reply late;
        const bool is_late = fault == SubmitFault::held_and_late;
        late.hold = is_late ? script_.held : time;
        late.after_hold = [this, request, key, rest = is_late ? SubmitFault::none : fault] {
            const std::lock_guard lock(mutex_);
            --at_work_;
            settled_.notify_all();
            keys_at_work_.erase(key);
            return spoilt(reply_to_submit(take_job(request)), rest);
        };
        return late;
    }
    return spoilt(reply_to_submit(take_job(request)), fault);
}

// The reply to a submit whose job exists.
Reply JobService::spoilt(Reply reply, SubmitFault fault) const {
    if (fault == SubmitFault::dropped_after)
        return no_reply(submits_ % 2 == 0 ? Reply::Then::reset : Reply::Then::close);
    if (fault == SubmitFault::bad_gateway)
        return as_scripted(502, "");
    if (fault == SubmitFault::held || fault == SubmitFault::held_and_late)
        reply.hold = script_.held;
    return reply;
}

Reply JobService::on_list(const Request& request) const {
    auto to_skip = std::stoull(request.target.substr(list_path.size()));
    const auto listed_until = std::chrono::steady_clock::now() - script_.listed_after;
    json::array items;
    for (auto job = book_.jobs().rbegin(); job != book_.jobs().rend() && items.size() < jobs_of_a_page;
         ++job) {
        if (made_at_.at(job->id) > listed_until)
            continue;
        if (to_skip > 0)
            --to_skip;
        else
            items.push_back(
                {{"id", job->id}, {"status", word_for(job->state)}, {"request", {{"marker", job->marker}}}});
    }
    return json_reply(200, json::serialize(json::object{{"jobs", std::move(items)}}));
}

Reply JobService::on_job_request(const Request& request) {
    auto* const found =
        request.target.starts_with(jobs_path) ? book_.find(request.target.substr(jobs_path.size())) : nullptr;
    if (found == nullptr)
        return as_scripted(404, "not_found");
    auto& job = *found;
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
    return json_reply(200, description_of(job));
}

Reply JobService::reply_to_submit(Job& job) const {
    if (!script_.done_at_once)
        return accepted(job.id);
    job.state = Job::State::done;
    return json_reply(202, description_of(job));
}

Job& JobService::take_job(const Request& submit) {
    const auto before = book_.jobs().size();
    const auto prompt = text_in(submit, "prompt");
    auto& job = book_.take(script_.keys_honoured ? key_of(submit) : std::string(), prompt);
    if (book_.jobs().size() > before) {
        job.marker = text_in(submit, "marker");
        made_at_[job.id] = std::chrono::steady_clock::now();
        jobs_of_prompt_[prompt].push_back(&job);
    }
    return job;
}

} // namespace test_support
