#include "job/dry_run.hpp"

#include "api/request_headers.hpp"
#include "base/ascii.hpp"
#include "base/secret.hpp"
#include "job/job_flow.hpp"
#include "media/media_probe.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace job_engine {
namespace {

namespace json = boost::json;

constexpr int max_steps = 100; // a flow takes a handful until its first request

// A binding that comes with a connection may have secrets of its own in its headers and its paths; these say
// nothing.
bool is_harmless(std::string_view header) {
    constexpr std::array<std::string_view, 6> names{"accept",      "content-type",    "user-agent",
                                                    "traceparent", "idempotency-key", "prefer"};
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return ascii_equal_ignoring_case(name, header); });
}

class Recorder {
public:
    Recorder(const Connection& connection, std::string_view user_agent)
        : connection_(connection), user_agent_(user_agent) {}

    // The look at a file, which needs no account.
    void add_look(const std::string& url) {
        json::object headers;
        for (const auto& [name, value] : media_request_headers(std::string(user_agent_)))
            headers[name] = value;
        requests_.push_back(json::object{{"purpose", "check_media"},
                                         {"method", "GET"},
                                         {"url", masked(url)},
                                         {"headers", std::move(headers)},
                                         {"body", nullptr}});
    }

    void add(std::string_view purpose, const HttpRequest& request) {
        const auto& binding = *connection_.binding;
        json::object headers;
        write_headers(request, user_agent_, [&](std::string_view name, std::string_view value) {
            const bool is_shown =
                is_harmless(name) || ascii_equal_ignoring_case(name, binding.idempotency_header);
            headers[name] = is_shown ? masked(value) : std::string(secret_mask);
        });
        headers[binding.authorization_header] = authorization();
        json::error_code error;
        auto body = json::parse(request.body, error);
        requests_.push_back(
            json::object{{"purpose", purpose},
                         {"method", request.method},
                         {"url", (connection_.origin.tls ? "https://" : "http://")
                                     + connection_.origin.authority() + masked_target(request.target)},
                         {"headers", std::move(headers)},
                         {"body", error ? json::value() : masked_value(std::move(body))}});
    }

    // What follows the submit: the job has no name yet.
    void add_later(std::string_view purpose, const JobRequest& later, const HttpRequest& submit) {
        auto request = job_request(later, *connection_.binding, connection_.base_path + later.path, "{id}");
        for (const auto& header : submit.headers)
            if (header.first == "traceparent")
                request.headers.push_back(header);
        add(purpose, request);
    }

    std::string output() const { return json::serialize(json::object{{"requests", requests_}}); }

private:
    std::string masked(std::string_view text) const {
        return without_secrets(std::string(text), connection_.secrets);
    }

    json::value
    masked_value(json::value&& value) const { // NOLINT(misc-no-recursion): as deep as inputs may be
        if (auto* text = value.if_string())
            *text = masked(*text);
        else if (auto* array = value.if_array())
            for (auto& element : *array)
                element = masked_value(std::move(element));
        else if (auto* object = value.if_object())
            for (auto& member : *object)
                member.value() = masked_value(std::move(member.value()));
        return std::move(value);
    }

    // Keys are often in a query, and a job's own address may be signed there.
    std::string masked_target(const std::string& target) const {
        const auto query = target.find('?');
        return masked(target.substr(0, query))
               + (query != std::string::npos ? "?" + std::string(secret_mask) : std::string());
    }

    // "Bearer ***": the scheme alone. The secret itself is not even read.
    std::string authorization() const {
        const auto& value = connection_.binding->authorization_value;
        const auto space = value.find(' ');
        return (space != std::string::npos ? value.substr(0, space + 1) : std::string())
               + std::string(secret_mask);
    }

    const Connection& connection_;
    std::string_view user_agent_;
    json::array requests_;
};

// What an unhindered run is told next.
Step next_step(JobFlow& flow, const Step& step, TimePoint& now) {
    if (std::holds_alternative<CheckMedia>(step.action))
        return flow.on_media_checked(now, MediaVerdict());
    if (std::holds_alternative<AcquireSlot>(step.action))
        return flow.on_slot(now);
    if (std::holds_alternative<SaveCheckpoint>(step.action))
        return flow.on_checkpoint(now, true);
    now = std::max(now, step.wake_at);
    return flow.on_timer(now);
}

} // namespace

Outcome dry_run(RunParameters parameters, const Node& node, std::string_view user_agent) {
    if (parameters.early_end == EarlyEnd::cancel)
        return cancelled(make_error(ErrorCode::cancelled, "The dry run was cancelled."), std::nullopt);
    if (parameters.early_end == EarlyEnd::suspend)
        return suspended(std::nullopt, Millis(0));
    const auto connection = parameters.connection;
    ServiceState nobody_elses([] {}, std::make_shared<SubmitBudget>());
    JobFlow flow(std::move(parameters), nobody_elses, node);
    Recorder recorder(*connection, user_agent);
    auto now = std::chrono::steady_clock::now();
    auto step = flow.start(now);
    for (int steps = 0; !std::holds_alternative<Send>(step.action); ++steps) {
        if (auto* end = std::get_if<Finish>(&step.action))
            return std::move(end->outcome);
        if (steps == max_steps)
            throw std::logic_error("a run without hindrance comes to no request");
        if (const auto* look = std::get_if<CheckMedia>(&step.action))
            recorder.add_look(look->url);
        step = next_step(flow, step, now);
    }
    const bool has_job = !flow.job_id().empty();
    const auto first = flow.request(now);
    recorder.add(has_job ? "poll" : "submit", first);
    if (!has_job) {
        recorder.add_later("poll", connection->binding->poll, first);
        if (connection->binding->result)
            recorder.add_later("result", *connection->binding->result, first);
    }
    Outcome outcome;
    outcome.kind = Outcome::Kind::succeeded;
    outcome.output_json = recorder.output();
    return outcome;
}

} // namespace job_engine
