#include "job/dry_run.hpp"

#include "api/request_headers.hpp"
#include "base/secret.hpp"
#include "job/job_flow.hpp"
#include "json/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
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

class Recorder {
public:
    Recorder(const Connection& connection, std::string_view user_agent)
        : connection_(connection), user_agent_(user_agent) {}

    // The look at a file, which needs no account.
    void add_look(const std::string& url) {
        requests_.push_back(json::object{{"purpose", "check_media"},
                                         {"method", "GET"},
                                         {"url", masked(url)},
                                         {"headers", json::object{{"User-Agent", user_agent_}}},
                                         {"body", nullptr}});
    }

    void add(std::string_view purpose, const HttpRequest& request) {
        const auto& binding = *connection_.binding;
        json::object headers;
        // As the binding writes it: the secret itself is not even read.
        headers[binding.authorization_header] = masked(authorization());
        write_headers(request, user_agent_,
                      [&](std::string_view name, std::string_view value) { headers[name] = masked(value); });
        const auto body = parse_json(masked(request.body));
        requests_.push_back(json::object{{"purpose", purpose},
                                         {"method", request.method},
                                         {"url", masked((connection_.origin.tls ? "https://" : "http://")
                                                        + connection_.origin.authority() + request.target)},
                                         {"headers", std::move(headers)},
                                         {"body", body ? *body : json::value()}});
    }

    // What follows the submit: the job has no name yet.
    void add_later(std::string_view purpose, const JobRequest& later) {
        add(purpose, job_request(later, *connection_.binding, connection_.base_path + later.path));
    }

    std::string output() const { return json::serialize(json::object{{"requests", requests_}}); }

private:
    std::string masked(std::string_view text) const {
        return without_secrets(std::string(text), connection_.secrets);
    }

    std::string authorization() const {
        constexpr std::string_view placeholder = "{{api_key}}";
        auto value = connection_.binding->authorization_value;
        if (const auto at = value.find(placeholder); at != std::string::npos)
            value.replace(at, placeholder.size(), secret_mask);
        return value;
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
    recorder.add(has_job ? "poll" : "submit", flow.request(now));
    if (!has_job) {
        recorder.add_later("poll", connection->binding->poll);
        if (connection->binding->result)
            recorder.add_later("result", *connection->binding->result);
    }
    Outcome outcome;
    outcome.kind = Outcome::Kind::succeeded;
    outcome.output_json = recorder.output();
    return outcome;
}

} // namespace job_engine
