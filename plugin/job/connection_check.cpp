#include "job/connection_check.hpp"

#include "api/api_text.hpp"
#include "api/reply.hpp"
#include "api/reply_fields.hpp"
#include "api/request.hpp"
#include "base/ascii.hpp"
#include "base/plain_text.hpp"
#include "job/duration_text.hpp"
#include "job/submit_answer.hpp"

#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/yield.hpp> // last: it defines reenter and yield

namespace job_engine {
namespace {

constexpr std::string_view no_job = "connection-check";
constexpr const char* unconfirmed = "connection_not_confirmed";

Transition works() {
    Outcome outcome;
    outcome.kind = Outcome::Kind::succeeded;
    return finish(std::move(outcome));
}

// Other errors are about the job, which does not exist, and of which the API may not want to be asked so.
bool stands_in_the_way(const Error& error) {
    const int status = error.http_status;
    if (status == 404 || status == 405 || status == 410)
        return false;
    return status >= 500 || error.code == ErrorCode::api_connection_error
           || error.code == ErrorCode::insufficient_credits;
}

// A binding may ask for a job with a POST, and where each job has an address of its own, its path may be
// anything. Only this is certain to make no job.
bool asks_for_a_job_by_name(const JobRequest& poll) {
    const bool names_it =
        poll.path.find("{id}") != std::string::npos || poll.path.find("{+id}") != std::string::npos;
    return poll.method == "GET" && names_it;
}

// As web frameworks say of an address that they do not have: {"detail": "Not Found"}.
bool is_about_the_address(const HttpReply& reply) {
    if (reply.status != 404)
        return false;
    const auto document = parse_reply(reply.body);
    if (!document || document->get_object().size() != 1)
        return false;
    const auto& value = document->get_object().begin()->value();
    return value.is_string() && ascii_equal_ignoring_case(std::string_view(value.get_string()), "not found");
}

// What the answer leaves open; empty: nothing.
std::string doubt_about(const HttpReply& reply, const std::string& service) {
    const auto status = "HTTP " + std::to_string(reply.status);
    if (reply.status == 429)
        return service + " answers, but asks for a pause (" + status
               + "): whether it takes the key shows later.";
    const auto body = trimmed(reply.body);
    if (body.starts_with('{') && reply.status != 405 && !is_about_the_address(reply))
        return {};
    return "Something answers at the base_url (" + status + (body.empty() ? ", without a word" : "")
           + "), but not as an API that knows its jobs"
           + (body.empty() ? "" : ": \"" + presentable(body, 60) + "\"") + ". Check that base_url is where "
           + service + " is.";
}

} // namespace

Transition ConnectionCheck::resume(TimePoint /*now*/, const Event& event) {
    reenter(resume_point_) {
        if (!asks_for_a_job_by_name(run_.binding().poll)) {
            run_.report.warn(unconfirmed, "The api_binding has no request that is certain to make no job: "
                                          "whether the service takes the key shows at the first run.");
            return works();
        }
        run_.report.set_phase(Phase::preparing, "Asking " + run_.binding().name);
        yield return Step{Send{}};
        return outcome_of(event);
    }
    return Step{Continue{}};
}

HttpRequest ConnectionCheck::request(TimePoint /*now*/) const {
    const auto& connection = run_.connection();
    const auto& poll = run_.binding().poll;
    auto request =
        job_request(poll, run_.binding(), job_target(poll, connection.base_path, {}, no_job), no_job);
    request.purpose = "check";
    request.timeout = connection.request_timeout;
    return request;
}

Transition ConnectionCheck::outcome_of(const Event& event) {
    const auto& binding = run_.binding();
    if (const auto* broken = std::get_if<RequestFailed>(&event)) {
        if (run_.ending != Ending::none)
            return end(broken->failure.may_have_arrived);
        return finish(failed(error_of_failure(broken->failure, binding.name), std::nullopt));
    }
    const auto& reply = std::get<Replied>(event).reply;
    if (is_redirect(reply))
        return finish(failed(error_of_redirect(reply, binding.name), std::nullopt));
    if (reply.status != 429) {
        auto error =
            is_success(reply.status) ? error_of_refusal(reply, binding) : error_of_reply(reply, binding);
        if (stands_in_the_way(error))
            return finish(failed(std::move(error), std::nullopt));
    }
    if (auto doubt = doubt_about(reply, binding.name); !doubt.empty())
        run_.report.warn(unconfirmed, std::move(doubt));
    return works();
}

Transition ConnectionCheck::end(bool is_sent) const {
    const auto& name = run_.binding().name;
    const auto time = duration_text(run_.parameters.timeout);
    switch (run_.ending) {
    case Ending::deadline:
        return finish(failed(make_error(ErrorCode::processing_timeout,
                                        is_sent ? name + " did not answer within " + time + "."
                                                : "No connection to " + name + " was free within " + time
                                                      + ", so nothing was asked."),
                             std::nullopt));
    case Ending::suspend:
        return finish(suspended(std::nullopt, Millis(0)));
    default:
        return finish(cancelled(
            make_error(ErrorCode::cancelled, "The check of the connection was cancelled."), std::nullopt));
    }
}

} // namespace job_engine

#include <boost/asio/unyield.hpp>
