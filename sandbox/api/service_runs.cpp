// The service's part that speaks AgenticFlow's API.
#include "api/agenticflow.hpp"
#include "api/replies.hpp"
#include "api/service.hpp"
#include "base/log.hpp"

#include <chrono>
#include <utility>

namespace sandbox {

namespace http = boost::beast::http;
namespace json = boost::json;

Reply Service::submit_run(const Request& request, const Client& client) {
    ++counters_.submits;
    const TimePoint now = std::chrono::system_clock::now();
    auto parsed = agenticflow::parse_new_run(request.body());
    if (const auto* const error = std::get_if<ApiError>(&parsed))
        return agenticflow::refusal(*error);
    auto run = std::get<agenticflow::NewRun>(std::move(parsed));
    const Job* job = nullptr;
    if (run.failure) {
        const std::string id = new_job_id();
        for (const std::string& dropped :
             store_.add(id, std::move(run.generation), {}, now, std::move(run.workflow_run)))
            remove_files(dropped);
        job = store_.find(id);
    } else {
        auto made = make_job(std::move(run.generation), {}, std::move(run.workflow_run));
        if (auto* const refused = std::get_if<Reply>(&made))
            return std::move(*refused);
        job = std::get<const Job*>(made);
    }
    json::object body = agenticflow::run_json(*job, base_url(request, client));
    body["status"] = "created";
    if (run.failure) {
        log(job->id + " failed: " + run.failure->code);
        store_.fail(job->id, std::move(*run.failure), now);
    }
    return json_reply(http::status::ok, body);
}

Reply Service::poll_run(const Request& request, const Client& client, const Route& route) {
    ++counters_.polls;
    const auto id = agenticflow::job_id_of(route.id);
    if (!id)
        return agenticflow::invalid_run_id();
    const Job* const job = store_.find(*id);
    if (!job || !job->workflow_run)
        return agenticflow::run_not_found();
    return json_reply(http::status::ok, agenticflow::run_json(*job, base_url(request, client)));
}

Reply Service::list_runs(const Request& request, const Client& client, const Route& route) const {
    const auto limit = query_number(route.query, "limit", 1, max_listed_jobs, 10);
    const auto offset = query_number(route.query, "offset", 0, max_listed_jobs, 0);
    if (!limit || !offset) {
        return error_reply(
            http::status::unprocessable_entity,
            {"invalid_input", "limit must be a whole number from 1 to 1000, and offset one from 0."});
    }
    return json_reply(http::status::ok, agenticflow::run_list_json(store_, route.id, *limit, *offset,
                                                                   base_url(request, client)));
}

} // namespace sandbox
