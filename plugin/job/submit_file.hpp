#pragma once

#include "job/file_for_submit.hpp"
#include "job/run_state.hpp"
#include "job/step.hpp"

namespace job_engine {

// The file of the host that is part of a run's submit.

HandOverFile file_to_hand_over(const RunState& run, bool may_exist);

// Makes it part of the submit's key, and keeps where it is. may_exist: the job, by an earlier submit. false:
// it was submitted with another file.
bool put_file_into_submit(RunState& run, const FileForSubmit& file, bool may_exist);

} // namespace job_engine
