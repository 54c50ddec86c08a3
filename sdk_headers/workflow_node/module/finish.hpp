/*
 * workflow_node/module/finish.hpp: the end of a run, from what its code said to on_complete. Internal to
 * module.hpp; called with the mutex held.
 */
#pragma once

#include <workflow_node/module/keep.hpp>

#include <cstdio>

#pragma GCC visibility push(hidden)

namespace wfn {
namespace sdk {

/* What Job::stopped promises. */
inline Ended stopped(const Run& run, std::optional<Saved> newer, std::optional<Ms> resume_after) {
    Ended end;
    switch (why(run)) {
    case Why::cancelled:
        end = failed("cancelled", "The run was cancelled");
        end.outcome = WFN_CANCELLED;
        break;
    case Why::suspended:
        end.outcome = WFN_SUSPENDED;
        end.resume_after = resume_after.value_or(Ms(0));
        if (!newer && run.latest.json.empty() && !run.offered.json.empty())
            newer = run.offered; /* its submit was not sent, but a suspended run is to have one */
        break;
    case Why::deadline:
        end = failed("processing_timeout", "The deadline came before the result");
        break;
    case Why::not_kept:
        end = failed("checkpoint_not_kept", "The host did not keep the checkpoint, so nothing was submitted");
        break;
    case Why::nothing_to_collect:
        end =
            failed("nothing_to_collect", "The checkpoint names no job, and the run was only to collect one");
        break;
    case Why::nothing:
        if (!run.ended) /* otherwise nobody is going to look at it */
            throw std::logic_error("Job::stopped in a run that was not asked to stop");
    }
    end.checkpoint = std::move(newer);
    return end;
}

inline const ErrorInfo* find_error(const NodeType& type, const std::string& code) {
    for (const ErrorInfo& error : type.errors)
        if (error.code == code)
            return &error;
    return nullptr;
}

/* std::to_string brings a unique symbol, with which no module is unloaded. */
inline std::string decimal(std::int64_t value) {
    char digits[24];
    std::snprintf(digits, sizeof digits, "%lld", static_cast<long long>(value));
    return digits;
}

/* What breaks the contract is a defect of the node, which the exception makes of it. */
inline void demand_valid(const Run& run, const Ended& end) {
    if (end.outcome < WFN_SUCCEEDED || end.outcome > WFN_SUSPENDED)
        throw std::logic_error("the run ended with an outcome that does not exist");
    if (end.charged && (*end.charged < WFN_MAYBE_CHARGED || *end.charged > WFN_CHARGED))
        throw std::logic_error("the run ended with a \"charged\" that does not exist");
    const bool fails = end.outcome == WFN_FAILED || end.outcome == WFN_CANCELLED;
    if (fails && find_error(*run.type, end.code) == nullptr)
        throw std::logic_error("the run ended with the code \"" + end.code
                               + "\", which NodeInfo::errors lacks");
    if (end.outcome == WFN_SUCCEEDED && (run.request.flags & WFN_VALIDATE_ONLY) == 0
        && !Json::parse(end.output_json))
        throw std::logic_error("the run succeeded with an output that is no JSON");
    if (end.checkpoint && run.type->info.can_resume)
        demand_valid(run, *end.checkpoint);
}

/* What the function returns; what it throws becomes internal_error. Of std::nullopt the run goes on. */
template <class Function>
std::optional<Ended> end_of(const Run& run, Function function) noexcept {
    try {
        try {
            std::optional<Ended> end = function();
            if (end)
                demand_valid(run, *end);
            return end;
        } catch (const std::exception& thrown) {
            return failed("internal_error", std::string("The node's code failed: ") + thrown.what());
        } catch (...) {
            return failed("internal_error", "The node's code threw something that is no std::exception");
        }
    } catch (...) {
        return Ended{}; /* without memory; finish makes something of it */
    }
}

inline void describe_error(Run& run) {
    Ended& end = run.end;
    const ErrorInfo* info = find_error(*run.type, end.code.empty() ? "internal_error" : end.code);
    wfn_error& to = run.error;
    for (std::string* text : {&end.message, &end.request_id})
        *text = plain(std::move(*text));
    run.details = "[";
    for (const Problem& problem : end.details)
        run.details += (run.details.size() > 1 ? ",{\"path\":" : "{\"path\":") + json_string(problem.path)
                       + ",\"message\":" + json_string(problem.message) + "}";
    run.details += "]";
    to.struct_size = sizeof to;
    to.retryable = end.retryable.value_or(info->retryable) ? 1 : 0;
    to.code = info->code.c_str();
    to.type = info->type.c_str();
    to.message = end.message.c_str();
    to.cause = info->cause.c_str();
    to.solution = info->solution.c_str();
    to.retry_after_ms = end.retry_after ? end.retry_after->count() : -1;
    to.charged = end.charged.value_or(run.may_be_charged ? WFN_MAYBE_CHARGED : WFN_NOT_CHARGED);
    to.http_status = std::max(end.http_status, 0);
    to.request_id = end.request_id.empty() ? nullptr : end.request_id.c_str();
    to.job_id = run.job_of_error.empty() ? nullptr : run.job_of_error.c_str();
    to.details_json = run.details.c_str();

    const auto text = [](const char* string) { return string == nullptr ? "null" : json_string(string); };
    const auto number = [](std::int64_t value, bool known) { return known ? decimal(value) : "null"; };
    const char* charged = to.charged == WFN_CHARGED       ? "yes"
                          : to.charged == WFN_NOT_CHARGED ? "no"
                                                          : "unknown";
    run.error_json =
        "{\"type\":" + text(to.type) + ",\"code\":" + text(to.code) + ",\"message\":" + text(to.message)
        + ",\"cause\":" + text(to.cause) + ",\"solution\":" + text(to.solution)
        + ",\"retryable\":" + (to.retryable != 0 ? "true" : "false")
        + ",\"retry_after_ms\":" + number(to.retry_after_ms, to.retry_after_ms >= 0) + ",\"charged\":\""
        + charged + "\",\"http_status\":" + number(to.http_status, to.http_status != 0) + ",\"request_id\":"
        + text(to.request_id) + ",\"job_id\":" + text(to.job_id) + ",\"details\":" + run.details + "}";
    to.json = run.error_json.c_str();
}

inline void describe_end(Run& run, Ended end) {
    const bool validates = (run.request.flags & WFN_VALIDATE_ONLY) != 0;
    run.end = std::move(end);
    if (run.end.checkpoint)
        take_over(run, *run.end.checkpoint);
    run.job_of_error = plain(run.latest.job_id);
    if (run.end.discard_checkpoint)
        run.latest = Saved();
    run.warnings = "[" + run.warnings + "]";
    wfn_result& to = run.result;
    to.warnings_json = run.warnings.c_str();
    to.outcome = run.end.outcome;
    if (to.outcome == WFN_SUCCEEDED && !validates)
        to.output_json = run.end.output_json.c_str();
    if (to.outcome == WFN_FAILED || to.outcome == WFN_CANCELLED) {
        describe_error(run);
        to.error = &run.error;
    }
    if (to.outcome == WFN_SUSPENDED)
        to.resume_after_ms = run.end.resume_after ? run.end.resume_after->count() : 0;
}

/* An end that needs no memory. */
inline void describe_bare_end(Run& run) noexcept {
    wfn_error& to = run.error;
    to = wfn_error{};
    to.struct_size = sizeof to;
    to.retryable = 1;
    to.code = "internal_error";
    to.type = "Internal Error";
    to.message = "Memory did not suffice";
    to.cause = "The module failed";
    to.solution = "Look at the account before you run it again";
    to.retry_after_ms = -1;
    to.charged = run.may_be_charged ? WFN_MAYBE_CHARGED : WFN_NOT_CHARGED;
    to.details_json = "[]";
    to.json = run.may_be_charged
                  ? R"({"type":"Internal Error","code":"internal_error","message":"Memory did not suffice",)"
                    R"("cause":"The module failed","solution":"Look at the account before you run it again",)"
                    R"("retryable":true,"retry_after_ms":null,"charged":"unknown","http_status":null,)"
                    R"("request_id":null,"job_id":null,"details":[]})"
                  : R"({"type":"Internal Error","code":"internal_error","message":"Memory did not suffice",)"
                    R"("cause":"The module failed","solution":"Look at the account before you run it again",)"
                    R"("retryable":true,"retry_after_ms":null,"charged":"no","http_status":null,)"
                    R"("request_id":null,"job_id":null,"details":[]})";
    run.result = wfn_result{};
    run.result.outcome = WFN_FAILED;
    run.result.error = &to;
    run.result.warnings_json = "[]";
}

/* Ends the run, unless that has happened: on_complete comes once, from whoever was first. */
inline void finish(Run& run, Ended end, Lock& lock) noexcept {
    if (run.ended)
        return;
    const auto alive = run.weak_from_this().lock();
    run.result.resume_after_ms = -1;
    try {
        describe_end(run, std::move(end));
    } catch (...) {
        describe_bare_end(run);
        run.result.resume_after_ms = -1;
    }
    wfn_result& to = run.result;
    to.struct_size = sizeof to;
    const bool goes_on = to.outcome == WFN_SUCCEEDED   ? (run.request.flags & WFN_VALIDATE_ONLY) != 0
                         : to.outcome == WFN_SUSPENDED ? run.type->info.can_resume
                                                       : true;
    if (goes_on && !run.latest.json.empty()) {
        run.checkpoint.struct_size = sizeof run.checkpoint;
        run.checkpoint.submission = run.latest.submission;
        run.checkpoint.json = run.latest.json.c_str();
        run.checkpoint.job_id = run.latest.job_id.empty() ? nullptr : run.latest.job_id.c_str();
        to.checkpoint = &run.checkpoint;
        to.checkpoint_json = run.checkpoint.json;
    }
    run.ended = true;
    run.session->agenda.erase(run.slot);
    run.changed.notify_all();
    if (run.request.on_complete != nullptr)
        call_host(run, lock, "on_complete",
                  [&](wfn_run* handle) { run.request.on_complete(run.request.user_data, handle, &to); });
    run.over = true;
    --run.session->live;
    run.changed.notify_all();
    run.session->tick.notify_all();
    if (run.released)
        run.session->home->runs.erase(run.id);
}

} // namespace sdk
} // namespace wfn

#pragma GCC visibility pop
