#pragma once

#include "api/error.hpp"
#include "base/time.hpp"
#include "job/checkpoint.hpp"

#include <optional>
#include <string>

namespace job_engine {

// How a run ended.
struct Outcome {
    enum class Kind { succeeded, failed, cancelled, suspended };
    Kind kind = Kind::failed;
    std::string output_json;              // succeeded
    Error error;                          // failed, cancelled
    std::optional<Checkpoint> checkpoint; // to keep from now on
    std::optional<std::string>
        given_checkpoint;  // the same, as the host gave it; used when checkpoint is empty
    Millis resume_after{}; // suspended
};

Outcome failed(Error error, std::optional<Checkpoint> checkpoint);
Outcome cancelled(Error error, std::optional<Checkpoint> checkpoint);
Outcome suspended(std::optional<Checkpoint> checkpoint, Millis resume_after);

} // namespace job_engine
