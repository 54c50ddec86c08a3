#pragma once

#include "base/time.hpp"
#include "job/run_report.hpp"

#include <workflow_node/node.h>

#include <string>

namespace job_engine {

// As the host sees it; the texts must outlive it.
wfn_progress host_progress(const Progress& progress, const std::string& job_id, Millis elapsed) noexcept;

} // namespace job_engine
