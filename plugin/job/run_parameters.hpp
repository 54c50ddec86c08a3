#pragma once

#include "api/connection.hpp"
#include "base/rare_text.hpp"
#include "base/time.hpp"
#include "job/checkpoint.hpp"
#include "job/inputs.hpp"
#include "job/retry.hpp"

#include <memory>
#include <string_view>

namespace job_engine {

// What a run was asked for before it began.
enum class EarlyEnd { none, suspend, cancel };

// What a run is for. Only make_job ever submits.
enum class Purpose { make_job, collect_job, check_connection };

// The fixed facts of one run.
struct RunParameters {
    std::shared_ptr<const Connection> connection;
    std::unique_ptr<const PreparedJob>
        job;                  // of no use once it is submitted; nullptr: the checkpoint knows it
    std::string_view run_key; // must outlive the flow
    RareText traceparent;
    std::unique_ptr<Checkpoint> checkpoint; // of an earlier attempt, or none
    Millis checkpoint_timeout{};
    Millis timeout{};
    EarlyEnd early_end = EarlyEnd::none; // suspend, cancel: nothing is submitted
    bool keeps_checkpoints = false;      // whether the host takes them
    bool cancel_job_at_deadline = false;
    Purpose purpose = Purpose::make_job;
    Millis suspend_after = Millis::max(); // 0: as soon as the job is submitted; max(): never
    Jitter jitter{0};
};

} // namespace job_engine
