#pragma once

#include "api/binding.hpp"
#include "base/rare_text.hpp"
#include "http/http_message.hpp"

#include <string>
#include <string_view>

namespace job_engine {

// Where the requests about one job go: targets on the connection's origin. An empty one stands for
// the binding's path with the job's id.
struct JobTargets {
    RareText poll;
    RareText result;
    RareText cancel;
};

struct Job {
    std::string id;
    JobTargets targets;
};

// The submit. base_path is the connection's; a key is sent where the binding has a header for it.
HttpRequest submit_request(const Binding& binding, std::string_view base_path, std::string body,
                           std::string_view idempotency_key);

// Whether a poll asks the API to hold it until the job is done, where the binding says that it may.
enum class LongPoll { no, yes };

// Where a request about a job goes: to the job's own target, or where that is empty to the binding's path.
std::string job_target(const JobRequest& request, std::string_view base_path, std::string_view own_target,
                       std::string_view job_id);
HttpRequest job_request(const JobRequest& request, const Binding& binding, std::string target,
                        LongPoll long_poll = LongPoll::no);

} // namespace job_engine
