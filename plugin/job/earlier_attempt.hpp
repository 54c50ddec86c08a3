#pragma once

#include "job/outcome.hpp"
#include "job/run_state.hpp"

#include <variant>

namespace job_engine {

// What a run begins with.
enum class Beginning {
    submit,
    doubtful_submit, // an earlier one may have arrived
    job,
    news_of_job // what the host has kept does not name it yet
};

// Takes over the checkpoint that the run was given, if there is one, and says what it leads to. An outcome:
// the run ends with it, before anything is sent.
std::variant<Beginning, Outcome> take_up_earlier(RunState& run);

} // namespace job_engine
