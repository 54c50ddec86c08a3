#include "run_node.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <stdexcept>

namespace test_support {
namespace {

namespace json = boost::json;

std::string text_unless_empty(const json::object& object) {
    return object.empty() ? std::string() : json::serialize(object);
}

} // namespace

wfn::Result LiveRun::result(std::chrono::milliseconds timeout) {
    if (!run_->wait(timeout))
        throw std::runtime_error("the run did not end within " + std::to_string(timeout.count()) + " ms");
    return run_->result().value();
}

LiveRun::Heard LiveRun::heard() const {
    const std::lock_guard lock(record_->mutex);
    return record_->heard;
}

bool LiveRun::wait_for_progress(const std::function<bool(const wfn::Progress&)>& wanted,
                                std::chrono::milliseconds timeout) const {
    std::unique_lock lock(record_->mutex);
    return record_->changed.wait_for(lock, timeout, [&] {
        for (const auto& progress : record_->heard.progress)
            if (wanted(progress))
                return true;
        return false;
    });
}

NodeHost::NodeHost(const std::string& settings_json, wfn::LogLevel log_level)
    : module_(wfn::Module::load(PIXELML_NODES_MODULE)), node_(module_.find("image_to_video").value()),
      session_(wfn::Session::open(module_, {"integration-tests", "1.0", settings_json,
                                            [log = log_](wfn::LogLevel level, const std::string& text) {
                                                const std::lock_guard lock(log->mutex);
                                                log->lines.push_back({level, text});
                                            },
                                            log_level})) {}

std::unique_ptr<LiveRun> NodeHost::start(const RunSpec& spec) {
    auto live = std::make_unique<LiveRun>();
    const auto note = [record = live->record_](auto&& what) {
        const std::lock_guard lock(record->mutex);
        what(record->heard);
        record->changed.notify_all();
    };

    wfn::Request request;
    request.input_json = json::serialize(spec.input);
    request.connection_json = text_unless_empty(spec.connection);
    request.run_key = spec.run_key;
    request.checkpoint_json = spec.checkpoint;
    request.traceparent = spec.traceparent;
    request.timeout = spec.timeout;
    request.checkpoint_timeout = spec.checkpoint_timeout;
    request.cancel_job_at_deadline = spec.cancel_job_at_deadline;
    request.validate_only = spec.validate_only;
    request.collect_only = spec.collect_only;
    request.dry_run = spec.dry_run;
    request.suspend = spec.suspend;
    request.suspend_after = spec.suspend_after;
    request.on_progress = [note](const wfn::Progress& progress) {
        note([&](LiveRun::Heard& heard) { heard.progress.push_back(progress); });
    };
    if (spec.keeps_checkpoints)
        request.on_checkpoint = [note, answer = spec.on_checkpoint](const wfn::Checkpoint& checkpoint) {
            note([&](LiveRun::Heard& heard) { heard.checkpoints.push_back(checkpoint.json); });
            return answer ? answer(checkpoint.json) : wfn::CheckpointAnswer::kept;
        };
    request.on_complete = [note](const wfn::Result&) {
        note([](LiveRun::Heard& heard) { ++heard.completions; });
    };
    live->run_.emplace(session_.start(node_, std::move(request)));
    return live;
}

std::vector<LogLine> NodeHost::log() const {
    const std::lock_guard lock(log_->mutex);
    return log_->lines;
}

json::object error_json(const wfn::Result& result) {
    return result.error ? json::parse(result.error->json).as_object() : json::object();
}

std::string video_of(const wfn::Result& result) {
    if (result.output_json.empty())
        return {};
    return std::string(json::parse(result.output_json).as_object().at("video").as_string());
}

std::string describe(const wfn::Result& result) {
    return std::string(wfn::to_string(result.outcome)) + " "
           + (result.error ? result.error->json : result.output_json);
}

} // namespace test_support
