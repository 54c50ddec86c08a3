#include "job/flow_story.hpp"

#include "json/json_text.hpp"
#include "plugin_nodes_embedded.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>

namespace job_engine::testing {

Facts going_on(Checkpoint checkpoint, const std::string& connection, Purpose purpose) {
    Facts facts;
    facts.connection = connection;
    facts.checkpoint = std::move(checkpoint);
    facts.purpose = purpose;
    facts.has_input = purpose != Purpose::collect_job;
    return facts;
}

RunParameters parameters_of(const Facts& facts, const std::string& run_key) {
    RunParameters parameters;
    parameters.connection = connection_with(facts.connection);
    if (facts.has_input)
        parameters.job = std::make_unique<const PreparedJob>(
            prepare_job(facts.input, image_to_video_node(), *parameters.connection->binding));
    parameters.run_key = run_key;
    parameters.traceparent = RareText(facts.traceparent);
    if (facts.checkpoint)
        parameters.checkpoint = std::make_unique<Checkpoint>(*facts.checkpoint);
    parameters.keeps_checkpoints = facts.keeps_checkpoints;
    parameters.checkpoint_timeout = 30s;
    parameters.timeout = facts.timeout;
    parameters.early_end = facts.early_end;
    parameters.suspend_after = facts.suspend_after;
    parameters.cancel_job_at_deadline = facts.cancel_job_at_deadline;
    parameters.purpose = facts.purpose;
    parameters.jitter = Jitter(facts.jitter_seed);
    return parameters;
}

const Definitions& definitions() {
    static const auto shared = shared_definitions();
    return *shared;
}

const NodeDefinition& image_to_video_definition() {
    return *definitions().nodes.front();
}

const Node& image_to_video_node() {
    return image_to_video_definition().node;
}

std::shared_ptr<const Connection> connection_with(const std::string& members) {
    const bool says_check = members.find("check_image") != std::string::npos;
    const auto text = R"({"api_key": "test-key-1")"
                      + std::string(says_check ? "" : R"(, "check_image": false)")
                      + (members.empty() ? "" : ", " + members) + "}";
    const auto& node = image_to_video_definition();
    auto connection =
        read_connection(text, definitions().connection, node.binding_rules, node.built_in_binding);
    if (!connection)
        throw std::logic_error("the test's connection: " + connection.error().message);
    return *connection;
}

std::string queue_binding() {
    return R"("base_url": "https://queue.example", "api_binding": {
        "name": "Queue",
        "submit": {"method": "POST", "path": "/image-to-video",
                   "body": {"prompt": "{{prompt}}", "image": "{{image}}"}},
        "poll": {"method": "GET", "path": "/requests/{id}/status", "url": ["/status_url"]},
        "result": {"method": "GET", "path": "/requests/{id}", "url": ["/response_url"]},
        "cancel": {"method": "PUT", "path": "/requests/{id}/cancel", "url": ["/cancel_url"]},
        "reply": {"id": ["/request_id"], "status": ["/status"], "video": ["/video/url"]},
        "status_words": {"queued": ["IN_QUEUE"], "running": ["IN_PROGRESS"], "success": ["COMPLETED"],
                         "failed": []}})";
}

std::string listing_binding(std::string_view find_members) {
    auto document = (*parse_json(pixelml::embedded::pixelml_api)).as_object();
    document.at("submit").at("body").as_object()["marker"] = "{{run.marker}}";
    auto find = boost::json::parse(R"({"method": "GET", "path": "/v1/jobs?offset={offset}",
        "items": "/jobs", "marker": ["/request/marker"], "id": ["/id"], "next": ["/next"],
        "empty_list_proves": true, "settled_after_seconds": 60})")
                    .as_object();
    const auto own = boost::json::parse("{" + std::string(find_members) + "}");
    for (const auto& member : own.as_object())
        find[member.key()] = member.value();
    document["find"] = std::move(find);
    return R"("idempotent_submit": false, "api_binding": )" + boost::json::serialize(document);
}

std::string binding_without(std::string_view member) {
    auto document = (*parse_json(pixelml::embedded::pixelml_api)).as_object();
    document.erase(member);
    return "\"api_binding\": " + boost::json::serialize(document);
}

std::string binding_with(const std::vector<BindingMember>& members) {
    auto document = (*parse_json(pixelml::embedded::pixelml_api)).as_object();
    for (const auto& [part, name, value] : members)
        document.at(part).as_object()[name] = boost::json::parse(value);
    return "\"api_binding\": " + boost::json::serialize(document);
}

std::string binding_with_files(std::string_view files) {
    auto document = (*parse_json(pixelml::embedded::pixelml_api)).as_object();
    document["files"] = boost::json::parse(files);
    return "\"api_binding\": " + boost::json::serialize(document);
}

std::string binding_that_holds_polls(int seconds) {
    return binding_with({{"poll", "prefer_wait_seconds", std::to_string(seconds)}});
}

boost::json::object example_input() {
    return {{"model", "Pixel M"},
            {"prompt", "Clouds moving across sky"},
            {"image", "https://example.com/landscape.jpg"},
            {"negative_prompt", "static"},
            {"size", "Landscape HD (16:9)"},
            {"prompt_optimizer", true}};
}

boost::json::object input_with_file(std::string_view name) {
    auto input = example_input();
    input["image"] = "attachment:" + std::string(name);
    return input;
}

FileForSubmit file_at(std::string url, std::string_view bytes) {
    FileForSubmit file;
    file.text = url;
    file.kept = {HexDigest(sha256(bytes)), std::move(url), {}};
    return file;
}

FileForSubmit file_in_submit(std::string_view bytes) {
    FileForSubmit file;
    file.text = "data:image/jpeg;base64," + sha256_hex(bytes);
    file.kept.digest = HexDigest(sha256(bytes));
    return file;
}

PreparedJob prepared(const boost::json::object& inputs) {
    return prepare_job(inputs, image_to_video_node(), *image_to_video_definition().built_in_binding);
}

std::string job_json(std::string_view status, std::string_view more) {
    return R"({"id": "job-1", "status": ")" + std::string(status) + '"'
           + (more.empty() ? "" : ", " + std::string(more)) + "}";
}

std::string finished_job_json() {
    return job_json("succeeded", R"("output": {"video": ")" + std::string(video_url) + "\"}");
}

std::string header_of(const HttpRequest& request, std::string_view name) {
    for (const auto& [header, value] : request.headers)
        if (header == name)
            return value;
    return {};
}

FlowStory::FlowStory(const Facts& facts, std::shared_ptr<World> world)
    : world_(std::move(world)), run_key_(std::make_unique<const std::string>(facts.run_key)),
      flow_(std::make_unique<JobFlow>(parameters_of(facts, *run_key_), world_->service,
                                      image_to_video_node())) {}

void FlowStory::start() {
    take(flow_->start(now()));
}

void FlowStory::image_checked(const MediaVerdict& verdict) {
    take(flow_->on_media_checked(now(), verdict));
}

void FlowStory::slot() {
    waiting_for_slot_ = false;
    take(flow_->on_slot(now()));
}

void FlowStory::file(FileOutcome outcome) {
    file_asked_.reset();
    take(flow_->on_file(now(), std::move(outcome)));
}

void FlowStory::kept() {
    saving_ = false;
    take(flow_->on_checkpoint(now(), true));
}

void FlowStory::not_kept() {
    saving_ = false;
    take(flow_->on_checkpoint(now(), false));
}

void FlowStory::reply(int status, const std::string& body, std::optional<Millis> retry_after,
                      const std::string& location) {
    end_request();
    HttpReply reply;
    reply.status = status;
    reply.body = body;
    reply.retry_after = retry_after;
    reply.location = location;
    reply.request_id = "request-1";
    take(flow_->on_reply(now(), reply));
}

void FlowStory::fails(TransportFailure::Kind kind, bool may_have_arrived, const std::string& why) {
    end_request();
    take(flow_->on_failure(now(), {kind, may_have_arrived, why}));
}

void FlowStory::aborted(bool may_have_arrived) {
    if (!abort_asked_)
        throw std::logic_error("the flow did not ask to end the request");
    fails(TransportFailure::Kind::aborted, may_have_arrived, "the request was given up");
}

void FlowStory::cancel() {
    take(flow_->on_cancel(now()));
}

void FlowStory::cancel_before_it_is_sent() {
    take(flow_->on_cancel(now(), false));
}

void FlowStory::suspend_before_it_is_sent() {
    take(flow_->on_suspend(now(), false));
}

void FlowStory::suspend() {
    take(flow_->on_suspend(now()));
}

void FlowStory::service_is_back(Millis within) {
    take(flow_->on_service_back(now(), within));
}

void FlowStory::forced_end() {
    request_.reset();
    take(flow_->on_forced_end(now()));
}

Outcome FlowStory::broken_off() const {
    return flow_->broken_off(make_error(ErrorCode::internal_error, "A defect."));
}

void FlowStory::timer() {
    take(flow_->on_timer(now()));
}

void FlowStory::pass(Millis time) {
    const auto end = now() + time;
    while (wake_at_ <= end)
        wake();
    world_->now = end;
}

void FlowStory::sleep(Millis time) {
    world_->now += time;
    timer();
}

void FlowStory::wake() {
    if (wake_at_ == TimePoint::max())
        throw std::logic_error("the flow does not wait for the timer");
    idle_wakes_ = wake_at_ <= now() ? idle_wakes_ + 1 : 0;
    if (idle_wakes_ > 20)
        throw std::logic_error("the timer does not go on");
    world_->now = std::max(now(), wake_at_);
    take(flow_->on_timer(now()));
}

void FlowStory::submit() {
    start();
    if (waiting_for_slot_)
        slot();
    if (saving_)
        kept();
    if (request().method != "POST")
        throw std::logic_error("there is no submit");
}

void FlowStory::become_job() {
    submit();
    reply(201, job_json("queued"));
    if (saving_)
        kept();
}

void FlowStory::poll() {
    for (int i = 0; i < 40 && !sending(); ++i) // it may think again of when to look several times
        wake();
    if (request().method != "GET")
        throw std::logic_error("there is no poll");
}

const HttpRequest& FlowStory::request() const {
    return request_.value();
}

const Checkpoint& FlowStory::saved() const {
    return saved_.value();
}

const Outcome& FlowStory::outcome() const {
    return outcome_.value();
}

std::vector<std::string> FlowStory::warning_codes() {
    std::vector<std::string> codes;
    for (const auto& warning : flow_->report().take_warnings())
        codes.push_back(warning.code);
    return codes;
}

Millis FlowStory::until_wake() const {
    return std::chrono::duration_cast<Millis>(wake_at_ - now());
}

void FlowStory::end_request() {
    if (!request_)
        throw std::logic_error("no request is under way");
    request_.reset();
    abort_asked_ = false;
}

void FlowStory::take(Step step) {
    wake_at_ = step.wake_at;
    last_was_continue_ = std::holds_alternative<Continue>(step.action);
    if (over() && !last_was_continue_)
        ADD_FAILURE() << "the flow asks for something after its end";
    if (last_was_continue_)
        return;
    state_ = state_after(step);
    if (std::holds_alternative<AbortRequest>(step.action)) {
        EXPECT_TRUE(request_) << "the flow ends a request although none is under way";
        abort_asked_ = true;
        return;
    }
    const bool finishes = std::holds_alternative<Finish>(step.action);
    EXPECT_TRUE(finishes || !request_) << "the flow does something beside the request under way";
    saving_ = false;
    if (const auto* check = std::get_if<CheckMedia>(&step.action))
        image_asked_ = check->url;
    file_asked_.reset();
    if (const auto* file = std::get_if<HandOverFile>(&step.action))
        file_asked_ = *file;
    waiting_for_slot_ = std::holds_alternative<AcquireSlot>(step.action);
    if (std::holds_alternative<Send>(step.action)) {
        request_ = flow_->request(now());
        ++sends_;
    } else if (auto* save = std::get_if<SaveCheckpoint>(&step.action)) {
        saving_ = true;
        ++checkpoints_;
        saved_text_ = to_text(save->checkpoint);
        saved_ = *read_checkpoint(saved_text_);
    } else if (auto* finish = std::get_if<Finish>(&step.action)) {
        EXPECT_FALSE(request_) << "the flow finishes while a request is under way";
        outcome_ = std::move(finish->outcome);
    }
}

std::string FlowStory::state_after(const Step& step) const {
    const bool has_job = !job_id().empty();
    if (std::holds_alternative<CheckMedia>(step.action))
        return "checking_image";
    if (std::holds_alternative<AcquireSlot>(step.action))
        return "awaiting_slot";
    if (std::holds_alternative<HandOverFile>(step.action))
        return "handing_over";
    if (std::holds_alternative<Wait>(step.action))
        return has_job ? "before_poll" : is_searching() ? "before_find" : "before_submit";
    if (std::holds_alternative<Send>(step.action))
        return !has_job                                ? (is_searching() ? "finding" : "submitting")
               : flow_->request(now()).method == "GET" ? "polling"
                                                       : "cancelling";
    if (const auto* save = std::get_if<SaveCheckpoint>(&step.action)) {
        const auto state = save->checkpoint.state;
        return is_searching() && !has_job             ? "saving_doubt"
               : state == Checkpoint::State::prepared ? "voiding_intent"
               : state == Checkpoint::State::intent   ? "saving_intent"
                                                      : "saving_job";
    }
    if (const auto* finish = std::get_if<Finish>(&step.action)) {
        const auto kind = finish->outcome.kind;
        return kind == Outcome::Kind::succeeded   ? "succeeded"
               : kind == Outcome::Kind::failed    ? "failed"
               : kind == Outcome::Kind::cancelled ? "cancelled"
                                                  : "suspended";
    }
    return state_; // the request under way is being given up
}

bool FlowStory::is_searching() const {
    return flow_->report().progress().message.starts_with("Looking whether");
}

FlowStory fetching_result(const std::string& connection) {
    FlowStory run({connection});
    run.submit();
    run.reply(200, R"({"request_id": "r1", "status": "IN_QUEUE"})");
    run.kept();
    run.poll();
    run.reply(200, R"({"status": "COMPLETED"})");
    return run;
}

void PrintTo(const Place& place, std::ostream* out) {
    *out << place.name;
}

std::string name_of(const ::testing::TestParamInfo<Place>& test) {
    return test.param.name;
}

FlowStory story_at(const Place& place, Facts facts) {
    if (place.slots)
        facts.connection = R"("max_running": 1)";
    FlowStory run(facts);
    place.go(run);
    return run;
}

} // namespace job_engine::testing
