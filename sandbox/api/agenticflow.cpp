#include "api/agenticflow.hpp"

#include "base/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace sandbox::agenticflow {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

constexpr const char* node_name = "image_to_video";
constexpr std::string_view connection_id = "5d0c7c2e-3c43-4f2a-9a59-0a1b2c3d4e5f";
constexpr int price_in_credits = 4;

// Workflows that were prepared in a way that shows; any other UUID is one that is as it should be.
constexpr std::string_view without_output_mapping = "00000000-0000-4000-8000-000000000001";
constexpr std::string_view without_credits = "00000000-0000-4000-8000-000000000002";
constexpr std::string_view without_connection = "00000000-0000-4000-8000-000000000003";
constexpr std::string_view without_project = "00000000-0000-4000-8000-000000000004";

constexpr std::string_view uuid_shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

bool is_uuid(std::string_view text) {
    return text.size() == uuid_shape.size()
           && std::equal(text.begin(), text.end(), uuid_shape.begin(), [](char c, char shape) {
                  const bool digit =
                      (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
                  return shape == '-' ? c == '-' : digit;
              });
}

json::value time_or_null(const std::optional<TimePoint>& time) {
    return time ? json::value(iso_time(*time)) : json::value(nullptr);
}

ApiError invalid(std::string_view path, std::string_view message) {
    return {"invalid_input", "", {{{"path", path}, {"message", message}}}};
}

// The run and the node have a word each for the same state.
std::string_view run_word(JobStatus status) {
    return status == JobStatus::succeeded ? "success" : status_name(status);
}

bool is_the_runs_own(const ApiError& error) {
    return error.code == "charge_failed";
}

json::object node_state(const Job& job, const json::value& output) {
    const bool ran = job.started_at || (job.error && !is_the_runs_own(*job.error));
    json::object state{{"node_name", node_name},
                       {"input", job.workflow_run->input},
                       {"output", output},
                       {"error", nullptr},
                       {"status", ran ? run_word(job.status) : "not_started"},
                       {"started_at", time_or_null(job.started_at)},
                       {"completed_at", time_or_null(job.finished_at)}};
    if (job.error && !is_the_runs_own(*job.error)) {
        state["error"] = {{"message", job.error->message}, {"code", job.error->code}, {"details", nullptr}};
    }
    return state;
}

json::value run_error(const Job& job) {
    if (!job.error)
        return nullptr;
    if (is_the_runs_own(*job.error))
        return {{"message", job.error->message}, {"code", job.error->code}, {"failed_node", nullptr}};
    return {{"message", std::string("Node ") + node_name + " failed"},
            {"code", "node_failed"},
            {"failed_node", node_name}};
}

std::string text_of(const json::object& object, std::string_view name) {
    const json::value* const value = object.if_contains(name);
    const json::string* const text = value ? value->if_string() : nullptr;
    return text ? std::string(*text) : std::string();
}

// What a workflow that was not prepared well answers instead of running.
std::optional<ApiError> fault_of(std::string_view workflow_id) {
    if (workflow_id == without_connection)
        return ApiError{"connection_not_found", "Connection " + std::string(connection_id) + " not found"};
    if (workflow_id == without_project)
        return ApiError{"project_missing", "Project ID must be provided to use the connection"};
    return std::nullopt;
}

// The errors of the node's own API are about one node; here they are the run's.
ApiError below_input(ApiError error) {
    for (json::value& detail : error.details) {
        json::value& path = detail.at("path");
        path = "/input" + std::string(path.as_string());
    }
    return error;
}

} // namespace

std::variant<NewRun, ApiError> parse_new_run(std::string_view body) {
    json::error_code not_json;
    const json::value value = json::parse({body.data(), body.size()}, not_json);
    if (not_json || !value.is_object())
        return invalid("", "JSON decode error");
    const json::object& object = value.get_object();
    NewRun run;
    run.workflow_run.workflow_id = text_of(object, "workflow_id");
    if (!is_uuid(run.workflow_run.workflow_id))
        return invalid("/workflow_id", "Input should be a valid UUID");
    const json::value* const input = object.if_contains("input");
    if (!input || !input->is_object())
        return invalid("/input", "Input should be a valid dictionary");
    run.workflow_run.input = input->get_object();
    if (object.contains("response_type") && text_of(object, "response_type") != "queue")
        return invalid("/response_type", "The sandbox knows only 'queue'");
    if (auto fault = fault_of(run.workflow_run.workflow_id))
        return std::move(*fault);
    auto generation = parse_generation_request(json::serialize(*input));
    if (auto* const error = std::get_if<ApiError>(&generation)) {
        if (error->code == "invalid_input")
            return below_input(std::move(*error));
        // The platform knows the inputs' types alone: what they say is the node's to judge, in the run.
        run.generation.prompt = text_of(run.workflow_run.input, "prompt");
        run.generation.image = text_of(run.workflow_run.input, "image");
        run.failure = std::move(*error);
        return run;
    }
    run.generation = std::get<GenerationRequest>(std::move(generation));
    if (run.workflow_run.workflow_id == without_credits)
        run.failure = ApiError{"charge_failed", "The workspace has not enough credits for this run"};
    return run;
}

Reply refusal(const ApiError& error) {
    const bool is_about_the_body = error.code == "invalid_input";
    return error_reply(is_about_the_body ? http::status::unprocessable_entity : http::status::bad_request,
                       error);
}

json::object run_json(const Job& job, const std::string& base) {
    json::value video = nullptr;
    if (job.status == JobStatus::succeeded)
        video = {{"video", base + "/videos/" + job.id + ".mp4"}};
    const bool mapped = job.workflow_run->workflow_id != without_output_mapping;
    json::value execution_time = nullptr;
    if (job.finished_at) {
        const auto time = std::chrono::ceil<std::chrono::seconds>(*job.finished_at - job.created_at);
        execution_time = time.count();
    }
    return {{"id", run_id_of(job.id)},
            {"workflow_id", job.workflow_run->workflow_id},
            {"input", job.workflow_run->input},
            {"status", run_word(job.status)},
            {"state",
             {{"nodes_state", json::array{node_state(job, video)}},
              {"execution_time", execution_time},
              {"error", run_error(job)}}},
            {"started_at", iso_time(job.created_at)},
            {"completed_at", time_or_null(job.finished_at)},
            {"triggered_by", "workspace_api_key"},
            {"operation_cost", video.is_null() ? json::value(nullptr) : json::value(price_in_credits)},
            {"output", mapped || video.is_null() ? video : json::object()}};
}

json::object run_list_json(const JobStore& store, std::string_view workflow_id, std::size_t limit,
                           std::size_t offset, const std::string& base) {
    json::array items;
    std::size_t total = 0;
    for (const Job* const job : store.newest(store.size())) {
        if (!job->workflow_run || job->workflow_run->workflow_id != workflow_id)
            continue;
        if (total >= offset && items.size() < limit)
            items.push_back(run_json(*job, base));
        ++total;
    }
    return {{"items", std::move(items)}, {"total", total}, {"page", offset / limit + 1}, {"size", limit}};
}

std::string run_id_of(std::string_view job_id) {
    const std::string digits(job_id.substr(job_id.find('_') + 1));
    return digits.substr(0, 8) + "-" + digits.substr(8, 4) + "-4" + digits.substr(12, 3) + "-8"
           + digits.substr(15, 3) + "-" + digits.substr(18, 6) + "000000";
}

std::optional<std::string> job_id_of(std::string_view run_id) {
    if (!is_uuid(run_id))
        return std::nullopt;
    const std::string text = lower_case(run_id);
    const std::string job_id = "job_" + text.substr(0, 8) + text.substr(9, 4) + text.substr(15, 3)
                               + text.substr(20, 3) + text.substr(24, 6);
    return run_id_of(job_id) == text ? job_id : std::string();
}

Reply run_not_found() {
    return error_reply(http::status::not_found, {"run_not_found", "Workflow run not found"});
}

Reply invalid_run_id() {
    return json_reply(http::status::unprocessable_entity,
                      {{"detail", json::array{{{"type", "uuid_parsing"},
                                               {"loc", {"path", "workflow_run_id"}},
                                               {"msg", "Input should be a valid UUID"}}}}});
}

Reply reworded(Reply reply) {
    if (http::to_status_class(reply.status) != http::status_class::client_error
        && http::to_status_class(reply.status) != http::status_class::server_error)
        return reply;
    json::error_code not_json;
    const json::value body = json::parse(reply.body, not_json);
    const json::value* const error = body.is_object() ? body.get_object().if_contains("error") : nullptr;
    if (not_json || !error || !error->is_object())
        return reply;
    const json::object& said = error->get_object();
    json::object words;
    if (reply.status == http::status::unauthorized) {
        words["detail"] = "Error decoding token";
    } else if (const json::value* const details = said.if_contains("details")) {
        json::array violations;
        for (const json::value& detail : details->as_array()) {
            json::array location{"body"};
            std::string_view path = detail.at("path").as_string();
            while (!path.empty()) {
                const std::size_t end = std::min(path.find('/', 1), path.size());
                location.emplace_back(path.substr(1, end - 1));
                path.remove_prefix(end);
            }
            violations.push_back(
                {{"type", "value_error"}, {"loc", std::move(location)}, {"msg", detail.at("message")}});
        }
        words["detail"] = std::move(violations);
    } else {
        words[text_of(said, "code") == "project_missing" ? "message" : "detail"] = text_of(said, "message");
    }
    reply.body = json::serialize(words) + "\n";
    return reply;
}

} // namespace sandbox::agenticflow
