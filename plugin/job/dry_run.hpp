#pragma once

#include "job/node_type.hpp"
#include "job/outcome.hpp"
#include "job/run_parameters.hpp"

#include <string_view>

namespace job_engine {

// Plays a run up to its first request about a job and says what it would send, as WFN_DRY_RUN describes; or
// ends as the run would before that. The run's own flow decides, so the two cannot disagree. Nothing is sent,
// and nothing that runs share is touched: no limit of a connection counts. user_agent: as the client sends
// it.
Outcome dry_run(RunParameters parameters, const Node& node, std::string_view user_agent);

} // namespace job_engine
