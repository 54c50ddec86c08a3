#pragma once

#include "api/connection.hpp"
#include "api/error.hpp"
#include "api/reply.hpp"
#include "http/http_message.hpp"
#include "job/retry.hpp"

#include <optional>
#include <string>
#include <vector>

namespace job_engine {

// What the end of a submit means. docs/money.md has every answer, with the tests that hold it.
//
//   2xx, 425, 429, 503 that names a job  job; a Location within the origin names it too
//   303 with the job's address           job
//   any other that names a job           refused, but the job is kept: somebody may pay for it
//   "no credits", whatever the status    refused
//   2xx with what the job makes          job, although its id is empty
//   2xx that says no                     refused; absent where the binding knows its code to pass
//   2xx that calls a nameless job failed refused, where the answer to a submit is the result
//   2xx, unreadable or without a job     unknown
//   425, 429, 503                        absent; refused where the binding knows its code to be final
//   5xx, 408, 409                        unknown
//   301, 302, 303                        refused, and there may be a job: a repetition is redirected too
//   307, 308, other 4xx                  refused
//   no reply                             see verdict_of_submit
struct SubmitAnswer {
    enum class Meaning {
        job,     // the API has named it, or what it makes is there already
        refused, // repeating it changes nothing
        absent,  // certainly no job: again after a wait, with the same key
        unknown  // again where the API honours keys, else the end
    };
    Meaning meaning = Meaning::unknown;
    bool may_exist = false; // this submit may have led to a job, as far as this answer tells
    JobReply job;           // job; refused where it names one: it is empty otherwise
    Error error;            // all but job
    std::optional<Millis> retry_after;
    bool pauses_all_runs = false; // of the connection: its rate is limited
};

SubmitAnswer read_submit_answer(const HttpReply& reply, const Connection& connection);
SubmitAnswer read_submit_answer(const TransportFailure& failure, const Connection& connection);

// For a person who looks in the reply for what the binding did not find.
std::vector<Violation> details_of_submit_reply(const HttpReply& reply, const Binding& binding);

// Its parts that other questions to the API end with as well. service: the API's name.
bool is_redirect(const HttpReply& reply) noexcept;
Error error_of_redirect(const HttpReply& reply, const std::string& service);
Error error_of_failure(const TransportFailure& failure, const std::string& service);

} // namespace job_engine
