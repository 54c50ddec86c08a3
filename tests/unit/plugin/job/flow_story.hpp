#pragma once

#include "job/job_flow.hpp"
#include "module/definitions.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace job_engine::testing {

using namespace std::chrono_literals;

// The definitions of the module, compiled once for all tests of the process.
const Definitions& definitions();
const NodeDefinition& image_to_video_definition();
const Node& image_to_video_node();

// A connection with these further members, e.g. R"("max_running": 1)"; its key is "test-key-1".
std::shared_ptr<const Connection> connection_with(const std::string& members = {});

// The fal queue's shape: status and result are two requests, no idempotency key, PUT cancels.
std::string queue_binding();

// The built-in binding for an API that honours no keys but lists its jobs with their markers, at /v1/jobs; as
// members of a connection. settled_after is one minute.
std::string listing_binding(std::string_view find_members = {});

// A binding as the built-in one, but without these top-level members.
std::string binding_without(std::string_view member);
// The built-in binding with these members of its parts, whose values are JSON.
struct BindingMember {
    std::string_view part;
    std::string_view name;
    std::string_view value;
};
std::string binding_with(const std::vector<BindingMember>& members);
// The built-in binding with this for its files, as a member of a connection.
std::string binding_with_files(std::string_view files = R"({"media_types": ["image/jpeg", "image/png"],
    "max_bytes": 1000, "as": "data_uri"})");
// The built-in binding for an API that holds its reply to a poll so long, as a member of a connection.
std::string binding_that_holds_polls(int seconds);

// The inputs of the page's first example, valid and by name.
boost::json::object example_input();

// The job of these inputs, for the API of the built-in binding.
PreparedJob prepared(const boost::json::object& inputs);

// A job as the built-in binding reads it.
std::string job_json(std::string_view status, std::string_view more = {});
std::string finished_job_json();
// A member of a connection whose API honours idempotency keys.
inline const std::string idempotent_submit = R"("idempotent_submit": true)";
inline constexpr std::string_view video_url = "https://cdn.example/v.mp4";

std::string header_of(const HttpRequest& request, std::string_view name);

// These inputs, but with a file of the host as the image.
boost::json::object input_with_file(std::string_view name = "photo.jpg");
// The file as the API gets it: by a URL, or, where there is none, in the submit.
FileForSubmit file_at(std::string url, std::string_view bytes = "a picture");
FileForSubmit file_in_submit(std::string_view bytes = "a picture");

// What of a run a test wants to be different.
struct Facts {
    std::string connection; // further members
    std::string run_key = "run-1";
    boost::json::object input = example_input();
    bool has_input = true;
    std::optional<Checkpoint> checkpoint = std::nullopt;
    bool keeps_checkpoints = true;
    Millis timeout = 15min;
    EarlyEnd early_end = EarlyEnd::none;
    Millis suspend_after = Millis::max();
    bool cancel_job_at_deadline = false;
    Purpose purpose = Purpose::make_job;
    std::string traceparent = {};
    std::uint64_t jitter_seed = 7;
};

// A later run from this checkpoint; one that only collects has no inputs.
Facts going_on(Checkpoint checkpoint, const std::string& connection = {},
               Purpose purpose = Purpose::collect_job);

// run_key must outlive them.
RunParameters parameters_of(const Facts& facts, const std::string& run_key);

// A clock that tests advance; several stories may share one, as they may share what is known of a service.
struct World {
    std::function<void()> on_return = [] {};
    ServiceState service{[this] { on_return(); }, std::make_shared<SubmitBudget>()};
    TimePoint now = TimePoint(1'000'000s);
};

// One JobFlow and a driver of straw: it remembers what the flow asked for and holds it to the contract of
// the actions. Asking it for what is not the case throws, which fails the test.
class FlowStory {
public:
    explicit FlowStory(const Facts& facts = {}, std::shared_ptr<World> world = std::make_shared<World>());

    // What happens to the run.
    void start();
    void image_checked(const MediaVerdict& verdict);
    void slot();
    void file(FileOutcome outcome);
    void kept();
    void not_kept();
    void reply(int status, const std::string& body = "{}", std::optional<Millis> retry_after = {},
               const std::string& location = {});
    void fails(TransportFailure::Kind kind, bool may_have_arrived, const std::string& why = "it broke");
    void aborted(bool may_have_arrived);
    void cancel();
    // While its request waits for a connection.
    void cancel_before_it_is_sent();
    void suspend_before_it_is_sent();
    void suspend();
    void service_is_back(Millis within = max_wait_after_outage(1));
    void forced_end();
    Outcome broken_off() const; // by a defect, at this moment
    void timer();               // now, whatever wake_at says
    // Lets time pass, with the timer where it is due.
    void pass(Millis time);
    // The same, but nothing runs meanwhile: a lid was closed.
    void sleep(Millis time);
    // Goes to wake_at and fires the timer there.
    void wake();

    // Stretches of a normal run.
    void submit();     // until the submit is on its way
    void become_job(); // until the job is known and kept, before the first poll
    void poll();       // until a poll is on its way; from a wait

    // What the flow wants.
    bool sending() const { return request_.has_value(); }
    bool abort_asked() const { return abort_asked_; }
    bool saving() const { return saving_; }
    const std::string& image_asked() const { return image_asked_; } // to be looked at; empty: none
    bool waiting_for_slot() const { return waiting_for_slot_; }
    bool handing_over() const { return file_asked_.has_value(); }
    const HandOverFile& file_asked() const { return file_asked_.value(); }
    bool over() const { return outcome_.has_value(); }
    // Where the flow is, by the name that docs/architecture.md has for it.
    const std::string& state() const { return state_; }
    const HttpRequest& request() const; // the one under way
    std::string key() const { return header_of(request(), "Idempotency-Key"); }
    const Checkpoint& saved() const; // the last one given to the host
    const std::string& saved_text() const { return saved_text_; }
    std::size_t checkpoints() const { return checkpoints_; }
    int sends() const { return sends_; }
    const Outcome& outcome() const;
    const Error& error() const { return outcome().error; }
    Progress progress() const { return flow_->report().progress(); }
    const std::string& job_id() const { return flow_->job_id(); }
    std::vector<std::string> warning_codes();
    Millis until_wake() const;
    TimePoint wake_at() const { return wake_at_; }
    TimePoint now() const { return world_->now; }
    bool last_was_continue() const { return last_was_continue_; }

private:
    void take(Step step);
    std::string state_after(const Step& step) const;
    bool is_searching() const; // for its job, in the list of jobs
    void end_request();

    std::shared_ptr<World> world_;
    std::unique_ptr<const std::string> run_key_; // which the flow refers to
    std::unique_ptr<JobFlow> flow_;              // which cannot be moved
    TimePoint wake_at_ = TimePoint::max();
    std::optional<HttpRequest> request_;
    std::optional<Outcome> outcome_;
    std::optional<Checkpoint> saved_;
    std::string saved_text_;
    std::string image_asked_;
    std::optional<HandOverFile> file_asked_;
    std::string state_ = "start";
    std::size_t checkpoints_ = 0;
    int sends_ = 0;
    int idle_wakes_ = 0; // in a row, without any time between them
    bool abort_asked_ = false;
    bool saving_ = false;
    bool waiting_for_slot_ = false;
    bool last_was_continue_ = false;
};

// A job of a queue as queue_binding() describes it, which has succeeded and whose result is being asked for.
FlowStory fetching_result(const std::string& connection = queue_binding());

// A state of the flow, for tests that go through several.
struct Place {
    const char* name;
    void (*go)(FlowStory&);
    bool slots = false; // with at most one job of the account at once
};
void PrintTo(const Place& place, std::ostream* out);
std::string name_of(const ::testing::TestParamInfo<Place>& test);
FlowStory story_at(const Place& place, Facts facts = {});

} // namespace job_engine::testing
