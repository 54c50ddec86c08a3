#include "job/model_api.hpp"

#include <sstream>
#include <stdexcept>

namespace job_engine::testing {
namespace {

using Kind = TransportFailure::Kind;
using JobState = test_support::Job::State;

} // namespace

const ModelApi::RemoteJob* ModelApi::billable() const {
    for (const auto& job : book_.jobs())
        if (job.is_billable())
            return &job;
    return nullptr;
}

ModelApi::RemoteJob& ModelApi::take_job(const FlowStory& run) {
    const auto key = run.key();
    if (!book_.knows_key(key) && billable() != nullptr)
        ++paid_twice_;
    auto& job = book_.take(key);
    if (run.request().body.find("wfn-") != std::string::npos)
        marked_.insert(job.id);
    listed_from_.try_emplace(job.id, run.now() + Millis(dice_.percent(50) ? 0 : dice_.roll(60'000)));
    return job;
}

// By the newest first, in pages of two.
void ModelApi::answer_list(FlowStory& run) const {
    auto to_skip = std::stoul(run.request().target.substr(std::string_view("/v1/jobs?offset=").size()));
    std::string items;
    int shown = 0;
    for (auto job = book_.jobs().rbegin(); job != book_.jobs().rend() && shown < 2; ++job) {
        if (listed_from_.at(job->id) > run.now())
            continue;
        if (to_skip > 0) {
            --to_skip;
            continue;
        }
        const auto marker =
            marked_.contains(job->id) ? R"("marker": "wfn-)" + job->key.substr(0, 32) + '"' : "";
        items += (shown++ > 0 ? ", " : "") + (R"({"id": ")" + job->id) + R"(", "request": {)" + marker + "}}";
    }
    run.reply(200, R"({"jobs": [)" + items + "]}");
}

ModelApi::RemoteJob& ModelApi::job_in(const std::string& target) {
    std::istringstream parts(target);
    for (std::string part; std::getline(parts, part, '/');)
        if (auto* const job = book_.find(part))
            return *job;
    throw std::logic_error("a request about a job that never was: " + target);
}

void ModelApi::move_on(RemoteJob& job) {
    if (job.state == JobState::running && dice_.percent(25))
        job.state = dice_.pick({JobState::done, JobState::done, JobState::failed, JobState::cancelled});
}

std::string ModelApi::body_of(const RemoteJob& job) const {
    const char* word = "";
    switch (job.state) {
    case JobState::running:
        word = queue_ ? "IN_PROGRESS" : "running";
        break;
    case JobState::done:
        word = queue_ ? "COMPLETED" : "succeeded";
        break;
    case JobState::cancelled:
        word = queue_ ? "COMPLETED" : "cancelled"; // a queue says why only with the result
        break;
    case JobState::failed:
    case JobState::gone:
        word = queue_ ? "COMPLETED" : "failed";
        break;
    }
    std::string body =
        (queue_ ? R"({"request_id": ")" : R"({"id": ")") + job.id + R"(", "status": ")" + word + '"';
    if (job.state == JobState::done && !queue_)
        body += R"(, "output": {"video": "https://cdn.example/v.mp4"})";
    return body + "}";
}

// What a network and a gateway do to any request that changes nothing.
bool ModelApi::fail_on_the_way(FlowStory& run) {
    switch (dice_.roll(20)) {
    case 0:
        run.fails(Kind::unreachable, false);
        return true;
    case 1:
        run.fails(dice_.pick({Kind::broken, Kind::timed_out, Kind::bad_reply}), true);
        return true;
    case 2:
        run.reply(dice_.pick({500, 502, 503, 504, 408}));
        return true;
    case 3:
        run.reply(429, "{}", Millis(dice_.roll(8000)));
        return true;
    case 4:
        run.reply(200, dice_.pick({"<html>", "", "[1]"}));
        return true;
    case 5:
        if (dice_.percent(30)) {
            run.reply(dice_.pick({401, 403, 302}));
            return true;
        }
        return false;
    default:
        return false;
    }
}

void ModelApi::answer(FlowStory& run) {
    const auto request = run.request();
    if (request.method == "POST")
        return answer_submit(run);
    if (request.purpose == "find")
        return fail_on_the_way(run) ? void() : answer_list(run);
    auto& job = job_in(request.target);
    if (request.method == "DELETE" || request.method == "PUT")
        return answer_cancel(run, job);
    if (fail_on_the_way(run))
        return;
    if (job.state == JobState::gone || dice_.percent(1)) {
        job.state = JobState::gone;
        return run.reply(404);
    }
    if (queue_ && !request.target.ends_with("/status"))
        return answer_result(run, job);
    answer_poll(run, job);
}

void ModelApi::answer_submit(FlowStory& run) {
    const auto key = run.key();
    switch (dice_.roll(12)) {
    case 0: // certainly no job
        return run.reply(dice_.pick({429, 503}), "{}", Millis(dice_.roll(4000)));
    case 1:
        return run.fails(dice_.pick({Kind::unreachable, Kind::timed_out, Kind::broken}), false);
    case 2:
        return run.fails(Kind::tls, false);
    case 3: // there may be one
        if (dice_.percent(60))
            take_job(run);
        return run.reply(dice_.pick({500, 502, 504, 408, 409}));
    case 4:
        if (dice_.percent(60))
            take_job(run);
        return run.fails(dice_.pick({Kind::broken, Kind::timed_out, Kind::bad_reply}), true);
    case 5:
        take_job(run);
        return run.reply(201, dice_.pick({"<html>", "{}", "[]"}));
    case 6: // refused before anybody looks at the key
        return run.reply(dice_.pick({401, 402, 403, 307}));
    case 7:
        if (!book_.knows_key(key)) // the same inputs are not refused once they were taken
            return run.reply(dice_.pick({400, 413, 415, 422}));
        [[fallthrough]];
    default: {
        auto& job = take_job(run);
        move_on(job);
        if (queue_ && job.state != JobState::running)
            return run.reply(200, body_of(job));
        return run.reply(201, body_of(job));
    }
    }
}

void ModelApi::answer_poll(FlowStory& run, RemoteJob& job) {
    move_on(job);
    run.reply(200, body_of(job), dice_.percent(10) ? std::optional<Millis>(dice_.roll(9000)) : std::nullopt);
}

void ModelApi::answer_result(FlowStory& run, RemoteJob& job) {
    if (job.state == JobState::done)
        return run.reply(200, R"({"video": {"url": "https://cdn.example/v.mp4"}})");
    run.reply(422, R"({"detail": "the job failed"})");
}

void ModelApi::answer_cancel(FlowStory& run, RemoteJob& job) {
    const bool was_alive = job.state == JobState::running;
    switch (dice_.roll(6)) {
    case 0:
        return run.fails(Kind::unreachable, false);
    case 1: // the reply is lost
        if (was_alive && dice_.percent(50))
            job.state = JobState::cancelled;
        return run.fails(dice_.pick({Kind::broken, Kind::timed_out}), true);
    case 2:
        return run.reply(dice_.pick({500, 401, 409}));
    default:
        break;
    }
    if (job.state == JobState::gone)
        return run.reply(404);
    if (was_alive) {
        job.state = JobState::cancelled;
        return dice_.percent(50) ? run.reply(204, "") : run.reply(200, R"({"status": "cancelled"})");
    }
    run.reply(200, body_of(job));
}

void ModelApi::give_up(FlowStory& run) {
    const auto request = run.request();
    const bool arrived = dice_.percent(60);
    if (arrived && request.method == "POST" && dice_.percent(60))
        take_job(run);
    run.aborted(arrived);
}

} // namespace job_engine::testing
