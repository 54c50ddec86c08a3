/*
 * workflow_node/module/keep.hpp: a checkpoint on its way to the host and back, for both tiers. Internal to
 * module.hpp; called with the mutex held.
 */
#pragma once

#include <workflow_node/module/state.hpp>

#include <algorithm>
#include <stdexcept>

#pragma GCC visibility push(hidden)

namespace wfn {
namespace sdk {

inline void add_warning(Run& run, const std::string& code, const std::string& message) {
    run.warnings += (run.warnings.empty() ? "{\"code\":" : ",{\"code\":") + json_string(code)
                    + ",\"message\":" + json_string(message) + "}";
}

/* A checkpoint that breaks the contract is a defect of the node, which the exception makes of it. */
inline void demand_valid(const Run& run, const Saved& saved) {
    if (!run.type->info.can_resume)
        throw std::logic_error("a checkpoint, although NodeInfo::can_resume is not set");
    if (saved.json.size() > WFN_MAX_CHECKPOINT_BYTES)
        throw std::length_error("a checkpoint of more than 16 KiB");
    if (!Json::parse(saved.json))
        throw std::invalid_argument("a checkpoint that is no JSON");
    if (saved.submission < WFN_MAYBE_SUBMITTED || saved.submission > WFN_SUBMITTED)
        throw std::invalid_argument("a checkpoint with a submission that does not exist");
    if ((saved.submission == WFN_SUBMITTED) == saved.job_id.empty())
        throw std::invalid_argument("a checkpoint names its job if it is WFN_SUBMITTED, and only then");
}

inline void take_over(Run& run, Saved saved) {
    run.latest = std::move(saved);
    run.may_be_charged = run.may_be_charged || run.latest.submission != WFN_NOT_SUBMITTED;
}

/* Asks the host to keep it. False: the run is to end instead. Throws as demand_valid does. */
inline bool begin_keep(Run& run, Saved saved, Lock& lock) {
    demand_valid(run, saved);
    const bool collect_only = (run.request.flags & WFN_COLLECT_ONLY) != 0;
    if (collect_only && saved.submission != WFN_SUBMITTED && run.refused == Why::nothing)
        run.refused = Why::nothing_to_collect;
    run.offered = std::move(saved);
    run.awaiting = run.kept = false;
    if (run.ended || why(run) != Why::nothing) {
        /* What is a fact is worth returning; an intent is none, because its submit is not going to be sent.
         */
        if (!run.ended && !collect_only && run.offered.submission != WFN_MAYBE_SUBMITTED)
            take_over(run, run.offered);
        return false;
    }
    run.kept = run.request.on_checkpoint == nullptr;
    run.awaiting = !run.kept;
    run.keep_until = after(Clock::now(), run.request.checkpoint_timeout_ms);
    if (run.awaiting) {
        wfn_checkpoint checkpoint{};
        checkpoint.struct_size = sizeof checkpoint;
        checkpoint.submission = run.offered.submission;
        checkpoint.json = run.offered.json.c_str();
        checkpoint.job_id = run.offered.job_id.empty() ? nullptr : run.offered.job_id.c_str();
        call_host(run, lock, "on_checkpoint", [&](wfn_run* handle) {
            run.request.on_checkpoint(run.request.user_data, handle, &checkpoint);
        });
    }
    return true;
}

/* Still waiting for the host's answer. */
inline bool is_keeping(const Run& run) {
    return run.awaiting && !run.ended && why(run) == Why::nothing && Clock::now() < run.keep_until;
}

/* Takes the host's answer, or that there is none. */
inline void end_keep(Run& run) {
    const bool answered = !run.awaiting;
    run.awaiting = false;
    if (run.ended)
        return;
    const wfn_submission submission = run.offered.submission;
    if (run.kept || submission != WFN_MAYBE_SUBMITTED)
        take_over(run, std::move(run.offered));
    run.looked = true;
    if (run.kept || (!answered && why(run) != Why::nothing))
        return;
    if (submission != WFN_SUBMITTED)
        run.refused = Why::not_kept;
    else
        add_warning(run, "checkpoint_not_kept", "The host did not keep the checkpoint that names the job");
}

} // namespace sdk
} // namespace wfn

#pragma GCC visibility pop
