#include "job/submit_answer.hpp"

#include "api/api_text.hpp"
#include "base/plain_text.hpp"
#include "http/url.hpp"
#include "job/output.hpp"

#include <string>
#include <utility>

namespace job_engine {
namespace {

using Meaning = SubmitAnswer::Meaning;

Error unusable_reply(const HttpReply& reply, std::string message) {
    auto error = make_error(ErrorCode::invalid_api_response, std::move(message));
    error.http_status = reply.status;
    error.request_id = presentable(reply.request_id);
    return error;
}

Error error_of_submit(const HttpReply& reply, const JobReply& job, const Binding& binding) {
    if (is_redirect(reply))
        return error_of_redirect(reply, binding.name);
    if (verdict_of_submit(reply.status) != SubmitVerdict::accepted)
        return error_of_reply(reply, binding);
    auto refusal = error_of_refusal(reply, binding);
    if (job.refused || refusal.code == ErrorCode::insufficient_credits)
        return refusal;
    auto error = unusable_reply(reply, trimmed(reply.body).starts_with('{')
                                           ? "The reply to the submit names no job."
                                           : "The reply to the submit is not a JSON object.");
    error.details = details_of_submit_reply(reply, binding);
    return error;
}

// A video in hand is a success, and needs no name.
bool holds_media(const HttpReply& reply, const JobReply& job, bool allow_loopback_http) {
    return is_success(reply.status) && has_media(job, allow_loopback_http)
           && !media_url_fault(job.media, allow_loopback_http);
}

} // namespace

std::vector<Violation> details_of_submit_reply(const HttpReply& reply, const Binding& binding) {
    std::vector<Violation> details;
    if (!reply.body.empty())
        details.push_back(detail_of_reply(binding.id.empty() ? "" : binding.id.front(), reply.body));
    if (!reply.location.empty())
        details.push_back({"", "its Location: " + presentable(reply.location)});
    return details;
}

bool is_redirect(const HttpReply& reply) noexcept {
    return reply.status >= 300 && reply.status < 400;
}

Error error_of_redirect(const HttpReply& reply, const std::string& service) {
    return unusable_reply(reply, service + " redirects to another address (HTTP "
                                     + std::to_string(reply.status)
                                     + "), which is not followed: set base_url to where the API is.");
}

Error error_of_failure(const TransportFailure& failure, const std::string& service) {
    if (failure.kind == TransportFailure::Kind::bad_reply)
        return make_error(ErrorCode::invalid_api_response,
                          "The reply of " + service + " is unusable: " + failure.message + ".");
    auto error =
        make_error(ErrorCode::api_connection_error, "Cannot reach " + service + ": " + failure.message + ".");
    error.retryable = !is_refusal(failure);
    return error;
}

SubmitAnswer read_submit_answer(const HttpReply& reply, const Connection& connection) {
    const auto& binding = *connection.binding;
    const auto verdict = verdict_of_submit(reply.status);
    SubmitAnswer answer;
    answer.retry_after = reply.retry_after;
    answer.job = read_submit_reply(reply, binding, connection.origin, connection.base_path);
    const bool named = !answer.job.id.empty();
    const bool is_the_job = verdict == SubmitVerdict::accepted || verdict == SubmitVerdict::absent
                            || (reply.status == 303 && !answer.job.targets.poll.empty());
    if ((named && is_the_job) || holds_media(reply, answer.job, connection.allow_insecure_loopback)) {
        answer.meaning = Meaning::job;
        answer.pauses_all_runs = reply.status == 429;
        return answer;
    }

    answer.error = error_of_submit(reply, answer.job, binding);
    // Where the answer is the result, this one is the end of the job.
    if (verdict == SubmitVerdict::accepted && !named && !answer.job.refused
        && answer.job.status == JobStatus::failed && binding.submit.timeout.count() > 0) {
        answer.error = error_of_failed_job(answer.job, binding);
        answer.error.http_status = reply.status;
        answer.meaning = Meaning::refused;
        return answer;
    }
    const auto listed = listed_error(reply, binding);
    const bool no_credits = answer.error.code == ErrorCode::insufficient_credits;
    // Only what names nothing like a job is certain to cost nothing.
    const bool hints_at_job = answer.job.hints_at_job;
    const bool says_no = verdict == SubmitVerdict::accepted && answer.job.refused && !hints_at_job;
    // What the binding knows of a code counts more than the status, but never against a doubt whether there
    // is a job.
    const bool known_to_pass = listed && may_pass(*listed) && (says_no || verdict == SubmitVerdict::rejected);
    const bool known_to_be_final = listed && !may_pass(*listed) && verdict == SubmitVerdict::absent;
    answer.pauses_all_runs = (reply.status == 429 || (known_to_pass && listed == ErrorCode::rate_limited))
                             && !no_credits && !known_to_be_final;
    const bool is_final = is_redirect(reply) || no_credits || known_to_be_final
                          || ((verdict == SubmitVerdict::rejected || says_no) && !known_to_pass);
    const bool is_repeated =
        verdict == SubmitVerdict::uncertain && !is_redirect(reply) && connection.idempotent_submit;
    if (named && !is_repeated) {
        answer.meaning = Meaning::refused;
        answer.may_exist = true;
        return answer;
    }
    answer.job = {};
    if (is_final) {
        answer.meaning = Meaning::refused;
        answer.may_exist = hints_at_job || (is_redirect(reply) && verdict == SubmitVerdict::uncertain);
    } else if ((verdict == SubmitVerdict::absent || known_to_pass) && !hints_at_job) {
        answer.meaning = Meaning::absent;
    } else {
        answer.meaning = Meaning::unknown;
        answer.may_exist = true;
    }
    return answer;
}

SubmitAnswer read_submit_answer(const TransportFailure& failure, const Connection& connection) {
    SubmitAnswer answer;
    answer.error = error_of_failure(failure, connection.binding->name);
    switch (verdict_of_submit(failure)) {
    case SubmitVerdict::rejected:
        answer.meaning = Meaning::refused;
        break;
    case SubmitVerdict::absent:
        answer.meaning = Meaning::absent;
        break;
    default:
        answer.meaning = Meaning::unknown;
        answer.may_exist = true;
    }
    return answer;
}

} // namespace job_engine
