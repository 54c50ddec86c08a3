#pragma once

#include "binding.hpp"
#include "error.hpp"
#include "http_message.hpp"
#include "request.hpp"
#include "url.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pixelml {

// What a reply says of a job, as far as it says it.
struct JobReply {
    std::string id;
    std::optional<JobStatus> status; // nullopt: none, or a word that the binding does not know
    std::string status_word;         // as the API wrote it
    std::optional<double> progress;  // 0 to 1
    std::optional<double> eta_seconds;
    std::string video;
    std::string error_code;
    std::string error_message;
    JobTargets targets; // those that the reply names and that are of the origin
};

// Reads a 2xx body; nullopt when it is not a JSON object or breaks the limits of parse_json.
std::optional<JobReply> read_job_reply(const HttpReply& reply, const Binding& binding, const Origin& origin,
                                       std::string_view request_target);

// The error that a reply of status 400 or above means, its body read leniently.
Error error_of_reply(const HttpReply& reply, const Binding& binding);

// The error of a job that the API calls failed.
Error error_of_failed_job(const JobReply& job, const Binding& binding);

} // namespace pixelml
