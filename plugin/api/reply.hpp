#pragma once

#include "api/binding.hpp"
#include "api/error.hpp"
#include "api/request.hpp"
#include "http/http_message.hpp"
#include "http/url.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace job_engine {

// What a reply says of a job, as far as it says it.
struct JobReply {
    std::string id;
    std::optional<JobStatus> status; // nullopt: none, or a word that nobody knows
    std::string status_word;         // as the API wrote it
    std::optional<double> progress;  // 0 to 1
    std::optional<double> eta_seconds;
    std::string media;             // absolute and percent-encoded, where that can be made of it
    std::string media_path;        // the pointer to it; without one, to where it was looked for
    bool media_is_address = false; // it was written as an address, not as some other text
    std::string error_code;        // of a job that failed or was cancelled
    std::string error_message;
    std::optional<double> cost; // of a job that failed
    KeptValues kept;
    bool refused = false;      // a 2xx whose body says no and names no job
    bool is_refusal = false;   // the binding says where a 2xx says no, and there it does
    bool hints_at_job = false; // something like an id, although not where the binding says
    JobTargets targets;        // those that the reply names and that are of the origin
};

// Reads a 2xx body; nullopt when it is not a JSON object or breaks the limits of parse_json.
std::optional<JobReply> read_job_reply(const HttpReply& reply, const Binding& binding, const Origin& origin,
                                       std::string_view request_target);

// Reads the reply to a submit, whatever its status, and takes the address that the API gives with 2xx or 303
// for the job's own: its id is the last part, where the body names none. Empty when nothing is readable.
JobReply read_submit_reply(const HttpReply& reply, const Binding& binding, const Origin& origin,
                           std::string_view base_path);

// The job's reply means that what was made is there: the word for it alone decides nothing, for APIs invent
// new ones, and what is paid is not waited for until the time-out. A job that is queued or running must name
// an address that may be handed on; a failed one has none.
bool has_media(const JobReply& job, bool allow_loopback_http);

// The error that a reply of status 400 or above means, its body read leniently.
Error error_of_reply(const HttpReply& reply, const Binding& binding);

// What the node calls the API's own code for a refusal; nullopt where the binding does not know it.
std::optional<ErrorCode> listed_error(const HttpReply& reply, const Binding& binding);

// The error of a request that a 2xx refuses in its body.
Error error_of_refusal(const HttpReply& reply, const Binding& binding);

// The error of a job that the API calls failed.
Error error_of_failed_job(const JobReply& job, const Binding& binding);

} // namespace job_engine
