/*
 * workflow_node/module/values.hpp: what a node says of itself, how a run ends, and what a Poller does next.
 * Plain values without behaviour. A string that is empty stands for NULL in node.h.
 */
#pragma once

#include <workflow_node/module/json.hpp>
#include <workflow_node/node.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wfn {

/* A kind of error that the node's runs can end with; see wfn_node.errors_json. */
struct ErrorInfo {
    std::string code; /* for programs, e.g. "quota_exceeded" */
    std::string type; /* the rest for people, e.g. "Quota Exceeded" */
    std::string cause;
    std::string solution;
    bool retryable = false;
};

/* The account that the node needs; see wfn_connection. */
struct ConnectionInfo {
    std::string name;
    std::string category;
    std::string description;
    std::string schema_json; /* secrets are "writeOnly" */
    bool required = true;
};

/* What the node is; see wfn_node for each member. */
struct NodeInfo {
    std::string action_id;
    std::string version = "1.0.0";
    std::string title;
    std::string description;
    std::string input_schema_json;
    std::string output_schema_json;
    std::string icon_svg;
    std::string categories_json;
    std::string ui_json;
    std::string examples_json;
    std::string price_json;
    std::string translations_json;
    std::optional<ConnectionInfo> connection;
    /* The node's own. Those that mean the same in every node are added; one of their codes replaces theirs.
     */
    std::vector<ErrorInfo> errors;
    bool can_cancel = true; /* looks at what Job::wait and Job::stopping say */
    bool reports_progress = false;
    bool can_resume = false; /* gives checkpoints, and goes on from them */
    /* The deadline of a run whose host sets none. */
    std::chrono::milliseconds timeout = std::chrono::minutes(15);
};

/* A checkpoint; see wfn_checkpoint. It holds no secrets. */
struct Saved {
    std::string json; /* at most WFN_MAX_CHECKPOINT_BYTES */
    wfn_submission submission = WFN_NOT_SUBMITTED;
    std::string job_id; /* with WFN_SUBMITTED, and only then */
};

/*
 * How a run ended: what succeeded(), failed() or Job::stopped() made, with members set as far as they are
 * known. What is left alone is filled in: the texts by the code, and the rest by the checkpoints of the run.
 */
struct Ended {
    wfn_outcome outcome = WFN_FAILED;
    std::string output_json;
    std::string code; /* of NodeInfo::errors or the standard ones; another one is a defect: internal_error */
    std::string message;
    std::vector<Problem> details;
    std::optional<bool> retryable; /* otherwise as the code's ErrorInfo says */
    std::optional<std::chrono::milliseconds> retry_after;
    /* Otherwise: WFN_MAYBE_CHARGED once a submit may have been sent, and WFN_NOT_CHARGED before. */
    std::optional<wfn_charge> charged;
    int http_status = 0;
    std::string request_id;
    /* What to go on from instead of the run's last checkpoint, which a run that did not succeed keeps
     * otherwise. */
    std::optional<Saved> checkpoint;
    bool discard_checkpoint = false;                       /* there is nothing to go on from */
    std::optional<std::chrono::milliseconds> resume_after; /* of a suspended run */
};

/* The run did what it was to do. The output is JSON as output_schema_json says. */
inline Ended succeeded(std::string output_json) {
    Ended ended;
    ended.outcome = WFN_SUCCEEDED;
    ended.output_json = std::move(output_json);
    return ended;
}

/*
 * The run failed. `message` is English, for people, and without secrets: what happened in this run. The last
 * checkpoint stays with the host, so that nothing that was paid for is lost; where the job itself failed and
 * nothing is left to go on from, set discard_checkpoint.
 */
inline Ended failed(std::string code, std::string message) {
    Ended ended;
    ended.code = std::move(code);
    ended.message = std::move(message);
    return ended;
}

/* What a Poller wants after start() or wake(): an end, or one of these two. */
struct Step {
    enum class Kind { end, wait, keep };

    Step(Ended end) : ended(std::move(end)) {} /* implicit, so that a step may return failed(...) */

    Kind kind = Kind::end;
    Ended ended;
    std::chrono::milliseconds duration{0};
    Saved saved;
};

/* wake() comes after that time, or earlier when the run is asked to stop. */
inline Step wait(std::chrono::milliseconds duration) {
    Step step{Ended()};
    step.kind = Step::Kind::wait;
    step.duration = duration;
    return step;
}

/*
 * wake() comes once the host has kept the checkpoint, or when the run is to stop. Where the host does not
 * keep it, what Job::checkpoint says holds here too.
 */
inline Step keep(Saved checkpoint) {
    Step step{Ended()};
    step.kind = Step::Kind::keep;
    step.saved = std::move(checkpoint);
    return step;
}

} // namespace wfn
