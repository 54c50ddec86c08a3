#pragma once

#include "api/binding.hpp"
#include "base/rare_text.hpp"
#include "http/http_message.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace job_engine {

// Where the requests about one job go: targets on the connection's origin. An empty one stands for
// the binding's path with the job's id.
struct JobTargets {
    RareText poll;
    RareText result;
    RareText cancel;
};

// Of an earlier reply, by name: see JobRequest::keep.
using KeptValues = std::vector<std::pair<std::string, std::string>>;

struct Job {
    std::string id;
    JobTargets targets;
};

// What of a submit depends on its inputs.
struct SubmitContent {
    std::string_view path; // empty: the binding's
    std::string_view body;
    // What stands in the body for the key: the inputs' digest, which they cannot hold themselves.
    std::string_view key_place;
};

// base_path is the connection's; a key is sent where the binding has a header or a place for it.
HttpRequest submit_request(const Binding& binding, std::string_view base_path, const SubmitContent& content,
                           std::string_view idempotency_key);

// What a service can show of the key in a list of jobs; `key` may be what stands for it.
std::string run_marker(std::string_view key);
// What all markers begin with.
inline constexpr std::string_view run_marker_prefix = "wfn-";
inline constexpr std::size_t run_marker_bytes = run_marker_prefix.size() + 32;

// Whether a poll asks the API to hold it until the job is done, where the binding says that it may.
enum class LongPoll { no, yes };

// Where a request about a job goes: to the job's own target, or where that is empty to the binding's path.
std::string job_target(const JobRequest& request, std::string_view base_path, std::string_view own_target,
                       std::string_view job_id, const KeptValues& kept = {});
HttpRequest job_request(const JobRequest& request, const Binding& binding, std::string target,
                        std::string_view job_id, LongPoll long_poll = LongPoll::no);

} // namespace job_engine
