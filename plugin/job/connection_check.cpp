#include "job/connection_check.hpp"

#include "api/api_text.hpp"
#include "api/reply.hpp"
#include "api/request.hpp"
#include "base/plain_text.hpp"
#include "job/duration_text.hpp"
#include "job/submit_answer.hpp"

#include <string>
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

} // namespace

Transition ConnectionCheck::resume(TimePoint /*now*/, const Event& event) {
    reenter(resume_point_) {
        run_.report.set_phase(Phase::preparing, "Asking " + run_.binding().name);
        yield return Step{Send{}};
        return outcome_of(event);
    }
    return Step{Continue{}};
}

HttpRequest ConnectionCheck::request(TimePoint /*now*/) const {
    const auto& connection = run_.connection();
    const auto& poll = run_.binding().poll;
    auto request = job_request(poll, run_.binding(), job_target(poll, connection.base_path, {}, no_job));
    request.timeout = connection.request_timeout;
    return request;
}

Transition ConnectionCheck::outcome_of(const Event& event) {
    const auto& name = run_.binding().name;
    if (const auto* broken = std::get_if<RequestFailed>(&event))
        return run_.ending != Ending::none
                   ? end()
                   : finish(failed(error_of_failure(broken->failure, name), std::nullopt));
    const auto& reply = std::get<Replied>(event).reply;
    if (is_redirect(reply))
        return finish(failed(error_of_redirect(reply, name), std::nullopt));
    if (reply.status == 429) {
        run_.report.warn(unconfirmed, name
                                          + " answers, but asks for a pause (HTTP 429): whether it takes the "
                                            "key shows later.");
        return works();
    }
    if (!is_success(reply.status)) {
        auto error = error_of_reply(reply, run_.binding());
        if (stands_in_the_way(error))
            return finish(failed(std::move(error), std::nullopt));
    }
    if (const auto body = trimmed(reply.body); !body.empty() && !body.starts_with('{'))
        run_.report.warn(unconfirmed, "Something answers at the base_url (HTTP "
                                          + std::to_string(reply.status) + "), but not as an API does: \""
                                          + presentable(body, 60) + "\". Check that base_url is where " + name
                                          + " is.");
    return works();
}

Transition ConnectionCheck::end() const {
    switch (run_.ending) {
    case Ending::deadline:
        return finish(failed(
            make_error(ErrorCode::processing_timeout, run_.binding().name + " did not answer within "
                                                          + duration_text(run_.parameters.timeout) + "."),
            std::nullopt));
    case Ending::suspend: {
        Outcome outcome;
        outcome.kind = Outcome::Kind::suspended;
        return finish(std::move(outcome));
    }
    default:
        return finish(cancelled(
            make_error(ErrorCode::cancelled, "The check of the connection was cancelled."), std::nullopt));
    }
}

} // namespace job_engine

#include <boost/asio/unyield.hpp>
