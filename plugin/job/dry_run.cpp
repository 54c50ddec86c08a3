#include "job/dry_run.hpp"

#include "api/masked_request.hpp"
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

class Recorder {
public:
    Recorder(const Connection& connection, std::string_view user_agent)
        : connection_(connection), user_agent_(user_agent), mask_(connection, user_agent) {}

    // The look at a file, which needs no account.
    void add_look(const std::string& url) {
        json::object headers;
        for (const auto& [name, value] : media_request_headers(std::string(user_agent_)))
            headers[name] = value;
        requests_.push_back(json::object{{"purpose", "check_media"},
                                         {"method", "GET"},
                                         {"url", mask_.text(url)},
                                         {"headers", std::move(headers)},
                                         {"body", nullptr}});
    }

    void add(const HttpRequest& request) {
        json::error_code error;
        auto body = json::parse(request.body, error);
        requests_.push_back(json::object{{"purpose", request.purpose},
                                         {"method", request.method},
                                         {"url", mask_.url(request)},
                                         {"headers", mask_.headers(request)},
                                         {"body", error ? json::value() : mask_.json(std::move(body))}});
    }

    // What follows the submit: the job has no name yet.
    void add_later(const JobRequest& later, const HttpRequest& submit) {
        auto request = job_request(later, *connection_.binding, connection_.base_path + later.path, "{id}");
        for (const auto& header : submit.headers)
            if (header.first == "traceparent")
                request.headers.push_back(header);
        add(request);
    }

    std::string output() const { return json::serialize(json::object{{"requests", requests_}}); }

private:
    const Connection& connection_;
    std::string_view user_agent_;
    const MaskedRequest mask_;
    json::array requests_;
};

// No file is asked for: that would take its time, and hand it over.
FileForSubmit stand_in(const HandOverFile& file) {
    if (file.kept && !file.kept->url.empty())
        return {file.kept->url, *file.kept};
    return {"{{bytes of " + file.name + "}}", file.kept.value_or(KeptFile())};
}

// What an unhindered run is told next.
Step next_step(JobFlow& flow, const Step& step, TimePoint& now) {
    if (std::holds_alternative<CheckMedia>(step.action))
        return flow.on_media_checked(now, MediaVerdict());
    if (std::holds_alternative<AcquireSlot>(step.action))
        return flow.on_slot(now);
    if (const auto* file = std::get_if<HandOverFile>(&step.action))
        return flow.on_file(now, stand_in(*file));
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
        if (auto* end = std::get_if<Finish>(&step.action)) {
            if (end->outcome.kind
                == Outcome::Kind::succeeded) // by what the checkpoint keeps: nothing is sent
                end->outcome.output_json = recorder.output();
            return std::move(end->outcome);
        }
        if (steps == max_steps)
            throw std::logic_error("a run without hindrance comes to no request");
        if (const auto* look = std::get_if<CheckMedia>(&step.action))
            recorder.add_look(look->url);
        step = next_step(flow, step, now);
    }
    const bool has_job = !flow.job_id().empty();
    const auto first = flow.request(now);
    recorder.add(first);
    if (!has_job) {
        recorder.add_later(connection->binding->poll, first);
        if (connection->binding->result)
            recorder.add_later(*connection->binding->result, first);
    }
    Outcome outcome;
    outcome.kind = Outcome::Kind::succeeded;
    outcome.output_json = recorder.output();
    return outcome;
}

} // namespace job_engine
