#include "module/run_result.hpp"

#include "job/checkpoint.hpp"

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
    checkpoint_ = outcome.checkpoint ? to_text(*outcome.checkpoint) : outcome.given_checkpoint;
    if (!checkpoint_.empty())
        result_.checkpoint_json = checkpoint_.c_str();
}

void RunResult::set_error(const Error& error, const ErrorTable& table) {
    const auto& kind = error_kind(error.code, table);
    message_ = error.message;
    error_json_ = boost::json::serialize(job_engine::to_json(error, table));
    error_.struct_size = sizeof error_;
    error_.retryable = error.retryable ? 1 : 0;
    error_.code = kind.code;
    error_.type = kind.type;
    error_.message = message_.c_str();
    error_.cause = kind.cause;
    error_.solution = kind.solution;
    error_.retry_after_ms = error.retry_after_ms.value_or(-1);
    error_.json = error_json_.c_str();
    result_.error = &error_;
}

} // namespace job_engine
