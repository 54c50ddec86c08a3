#include "module/run_result.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace job_engine {
namespace {

wfn_outcome outcome_kind(Outcome::Kind kind) noexcept {
    switch (kind) {
    case Outcome::Kind::succeeded:
        return WFN_SUCCEEDED;
    case Outcome::Kind::cancelled:
        return WFN_CANCELLED;
    case Outcome::Kind::suspended:
        return WFN_SUSPENDED;
    case Outcome::Kind::failed:
        break;
    }
    return WFN_FAILED;
}

wfn_charge charge_of(Charged charged) noexcept {
    switch (charged) {
    case Charged::no:
        return WFN_NOT_CHARGED;
    case Charged::yes:
        return WFN_CHARGED;
    case Charged::unknown:
        break;
    }
    return WFN_MAYBE_CHARGED;
}

std::string to_json(const std::vector<Warning>& warnings) {
    boost::json::array out;
    for (const auto& warning : warnings)
        out.push_back(boost::json::object{{"code", warning.code}, {"message", warning.message}});
    return boost::json::serialize(out);
}

} // namespace

RunResult::RunResult(const Outcome& outcome, const std::vector<Warning>& warnings, const ErrorTable& errors)
    : output_(outcome.output_json), warnings_(to_json(warnings)) {
    result_.struct_size = sizeof result_;
    result_.outcome = outcome_kind(outcome.kind);
    result_.warnings_json = warnings_.c_str();
    result_.resume_after_ms = -1;
    if (outcome.kind == Outcome::Kind::succeeded && !output_.empty())
        result_.output_json = output_.c_str();
    if (outcome.kind == Outcome::Kind::failed || outcome.kind == Outcome::Kind::cancelled)
        set_error(outcome.error, errors);
    if (outcome.kind == Outcome::Kind::suspended)
        result_.resume_after_ms = outcome.resume_after.count();
    if (outcome.checkpoint)
        checkpoint_.emplace(*outcome.checkpoint);
    else if (outcome.given_checkpoint)
        emplace_given(*outcome.given_checkpoint);
    if (checkpoint_) {
        result_.checkpoint = checkpoint_->get();
        result_.checkpoint_json = result_.checkpoint->json;
    }
}

// The host's own, and perhaps not readable: then it may speak of a job, by name where it has one.
void RunResult::emplace_given(const std::string& text) {
    const auto checkpoint = read_checkpoint(text);
    if (checkpoint) {
        checkpoint_.emplace(text, submission_of(checkpoint->state), checkpoint->job.id);
        return;
    }
    const auto& job_id = checkpoint.error().job_id;
    checkpoint_.emplace(text, job_id.empty() ? WFN_MAYBE_SUBMITTED : WFN_SUBMITTED, job_id);
}

void RunResult::set_error(const Error& error, const ErrorTable& table) {
    const auto& kind = error_kind(error.code, table);
    message_ = error.message;
    request_id_ = error.request_id;
    job_id_ = error.job_id;
    const auto json = job_engine::to_json(error, table);
    details_ = boost::json::serialize(json.at("details"));
    error_json_ = boost::json::serialize(json);
    error_.struct_size = sizeof error_;
    error_.retryable = error.retryable ? 1 : 0;
    error_.code = kind.code;
    error_.type = kind.type;
    error_.message = message_.c_str();
    error_.cause = kind.cause;
    error_.solution = kind.solution;
    error_.retry_after_ms = error.retry_after_ms.value_or(-1);
    error_.charged = charge_of(error.charged);
    error_.http_status = error.http_status;
    error_.request_id = request_id_.empty() ? nullptr : request_id_.c_str();
    error_.job_id = job_id_.empty() ? nullptr : job_id_.c_str();
    error_.details_json = details_.c_str();
    error_.json = error_json_.c_str();
    result_.error = &error_;
}

} // namespace job_engine
